import type { Account } from '../postgres/account.ts';

/** What the supervisor has to know to start, watch and stop one process of the stack. */
export interface ComponentSpec {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string>>;
  readonly account?: Account;
  readonly urls: Readonly<Record<string, string>>;
  readonly ports: Readonly<Record<string, number>>;
  /** Asks the component itself; may throw instead of returning false. */
  readonly healthy: () => Promise<boolean>;
  /** How long it may take until it is healthy. */
  readonly startTimeoutMs: number;
  /** How it is asked to stop, and how long that may take before it is killed. */
  readonly stopSignal: NodeJS.Signals;
  readonly stopGraceMs: number;
}

/** True when the address answers with success, or with any status below another limit. */
export async function answersHttp(url: string, below = 400): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000), redirect: 'manual' });
  await response.body?.cancel();
  return response.status < below;
}
