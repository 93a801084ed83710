import { accountById } from '../accounts.ts';
import { githubTime } from '../links.ts';
import type { RunRecord, State } from '../state.ts';

type Test = (seconds: number) => boolean;

function seconds(text: string): number {
  return Math.floor(Date.parse(text) / 1000);
}

/** GitHub's date query: `>=D`, `<=D`, `>D`, `<D`, `A..B` (either may be `*`), or one day or moment. */
function dateTest(text: string): Test {
  const [from, to] = text.split('..');
  if (from !== undefined && to !== undefined) {
    const [low, high] = [from === '*' ? -Infinity : seconds(from), to === '*' ? Infinity : seconds(to)];
    return (value) => value >= low && value <= high;
  }
  const [, operator = '', date = ''] = /^([<>]=?)?(.*)$/.exec(text) ?? [];
  const at = seconds(date);
  if (operator === '>=') return (value) => value >= at;
  if (operator === '<=') return (value) => value <= at;
  if (operator === '>') return (value) => value > at;
  if (operator === '<') return (value) => value < at;
  const length = /^\d{4}-\d\d-\d\d$/.test(date) ? 24 * 60 * 60 : 1;
  return (value) => value >= at && value < at + length;
}

/** The runs that fit a list call's query, newest first. */
export function filterRuns(state: State, runs: readonly RunRecord[], query: URLSearchParams): RunRecord[] {
  const created = query.get('created');
  const test = created ? dateTest(created) : null;
  const is = (name: string, ...values: (string | null | undefined)[]): boolean => {
    const wanted = query.get(name);
    return wanted === null || values.includes(wanted);
  };
  return runs
    .filter(
      (run) =>
        is('event', run.event) &&
        is('branch', run.headBranch) &&
        is('head_sha', run.headSha) &&
        is('status', run.status, run.conclusion) &&
        is('actor', accountById(state, run.actorId)?.login) &&
        (!test || test(seconds(githubTime(run.createdAt)))),
    )
    .sort((a, b) => b.id - a.id);
}
