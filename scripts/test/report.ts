import type { GroupEnd } from './group-run.ts';

/** All that one group has said, in one piece. */
export function block(end: GroupEnd): string {
  return [`\n── ${end.name}`, end.output.trimEnd(), ...end.left, verdict(end), ''].join('\n');
}

/** The failures of all groups once more, and a last line that counts every test. */
export function summary(ends: readonly GroupEnd[]): string {
  const failed = ends.filter(({ passed }) => !passed);
  const sum = (key: 'passing' | 'failing'): number => ends.reduce((all, { counts }) => all + (counts?.[key] ?? 0), 0);
  return [
    ...failed.flatMap((end) => [`\n${verdict(end)}`, ...(end.failures === '' ? [] : [end.failures]), ...end.left]),
    `\n${sum('passing')} passing, ${sum('failing')} failing; ${ends.length - failed.length} of ${ends.length} groups passed`,
  ].join('\n');
}

function verdict({ name, passed, counts, left, tookMs }: GroupEnd): string {
  const said = counts ? `${counts.passing} passing, ${counts.failing} failing` : 'ended before its last test';
  const rest = left.length > 0 ? `, ${left.length} left behind` : '';
  return `── ${name}: ${passed ? 'passed' : 'failed'}, ${said}${rest} (${(tookMs / 1_000).toFixed(1)} s)`;
}
