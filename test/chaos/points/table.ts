import { boundMs, type Point } from './catalogue.ts';
import type { MatrixReport } from './matrix.ts';
import { isInTime, seconds, type PointRecovery } from './recoveries.ts';

/** What a person needs to see the same again, and a line per point against DESIGN 6. Pure. */
export function describeMatrix(seed: number, points: readonly Point[], report: MatrixReport): string {
  const { recoveries, journeys, violations } = report;
  const lines = points.map((point) =>
    lineOf(
      point,
      recoveries.filter((one) => one.point === point),
    ),
  );
  return [
    `chaos points seed ${seed}: ${journeys} journeys, ${recoveries.length} kills, ${violations.length} violations`,
    `  ${'point'.padEnd(42)}   up in  got over  DESIGN 6 (from the part’s return)`,
    ...lines,
    ...(violations.length === 0 ? [] : ['  violations:', ...violations.slice(0, 40)]),
  ].join('\n');
}

function lineOf(point: Point, own: readonly PointRecovery[]): string {
  const name = point.name.padEnd(42);
  const [best] = own.toSorted((a, b) => a.others - b.others || b.recoveredMs - a.recoveredMs); // the least disturbed says most
  if (!best) return `  ${name}  not reached, or not got over`;
  const { upMs, recoveredMs, others } = best;
  const told = { true: 'within', false: 'OVER', undefined: 'disturbed, of' }[String(isInTime(best))];
  const disturbed = others === 0 ? '' : `, ${others} other kills meanwhile`;
  return `  ${name}  ${seconds(upMs).padStart(6)}  ${seconds(recoveredMs).padStart(8)}  ${told} ${boundMs(point) / 1_000} s${disturbed}`;
}
