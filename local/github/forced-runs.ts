import type { NewArtifact } from './artifacts.ts';
import type { RunConclusion } from './state.ts';

/** How the next runs end instead of being executed. */
export interface ForcedRun {
  conclusion: RunConclusion;
  artifacts: NewArtifact[];
  afterMs: number;
  leaveInProgress: boolean;
  /** `owner/name`; absent: any repository. */
  repository?: string;
  count: number;
}

export interface ForcedRuns {
  add(forced: ForcedRun): void;
  /** The first that concerns the repository; used up after `count` times. */
  take(repository: string): ForcedRun | undefined;
  clear(): void;
}

export function createForcedRuns(): ForcedRuns {
  const list: ForcedRun[] = [];
  return {
    add: (forced) => void list.push({ ...forced }),
    take(repository) {
      const index = list.findIndex((forced) => !forced.repository || forced.repository === repository);
      const forced = list[index];
      if (!forced) return undefined;
      forced.count -= 1;
      if (forced.count <= 0) list.splice(index, 1);
      return forced;
    },
    clear: () => void list.splice(0),
  };
}
