import type { Outcome } from './report.ts';

/** What the command has made ready for a benchmark. */
export interface Stage {
  /** A folder for temporary files; removed at the end. */
  readonly dir: string;
  /** Run in any case when the benchmark has ended, last first. */
  cleanup(undo: () => Promise<unknown>): void;
  /** A line of progress. */
  say(line: string): void;
}

/** One benchmark: bounded in count and time, compares sides, asserts nothing about seconds. */
export interface Bench {
  readonly name: string;
  readonly about: string;
  run(stage: Stage): Promise<Outcome>;
}
