import type { Links } from './links.ts';
import type { Repository } from './state.ts';
import type { Store } from './store.ts';

export type Log = (message: string, details?: Readonly<Record<string, unknown>>) => void;

/** What every part of the local GitHub stands on. */
export interface Base {
  /** Login of the one organisation. */
  readonly org: string;
  readonly dir: string;
  readonly cacheDir: string;
  readonly links: Links;
  readonly store: Store;
  readonly log: Log;
  /** Milliseconds since 1970: the clock of tokens and of the `date` of replies. */
  now(): number;
  bareDir(repository: Repository): string;
}
