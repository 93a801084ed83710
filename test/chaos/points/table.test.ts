import assert from 'node:assert/strict';
import type { Point } from './catalogue.ts';
import { describeMatrix } from './table.ts';

const point = (name: string, waits: boolean): Point => ({ name, waits, part: 'worker', story: 'candidate' });
const quick = point('quick', true);
const slow = point('slow', true);
const patient = point('patient', false);
const shared = point('shared', true);
const never = point('never', true);

describe('the table of named points', () => {
  const took = (of: Point, recoveredMs: number, others = 0) => ({ point: of, upMs: 2_000, recoveredMs, others });
  const recoveries = [took(quick, 11_900), took(slow, 12_100), took(patient, 12_100), took(shared, 50_000, 2)];
  const told = (violations: readonly string[]): string =>
    describeMatrix(7, [quick, slow, patient, shared, never], { recoveries, journeys: 3, violations });
  const lineOf = (name: string): string =>
    told([])
      .split('\n')
      .find((line) => line.trim().startsWith(name)) ?? '';

  it('compares each kill with the bound, from the part’s return', () => {
    assert.match(lineOf('quick'), /2\.0 s\s+11\.9 s\s+within 10 s$/);
    assert.match(lineOf('slow'), /OVER 10 s$/);
    assert.match(lineOf('patient'), /within 30 s$/);
  });

  it('says where other kills came between, and which point was not reached', () => {
    assert.match(lineOf('shared'), /disturbed, of 10 s, 2 other kills meanwhile$/);
    assert.match(lineOf('never'), /not reached/);
  });

  it('names the seed and what is broken', () => {
    assert.match(told([]), /^chaos points seed 7: 3 journeys, 4 kills, 0 violations/);
    assert.match(told(['it is broken']), /1 violations[^]*it is broken$/);
  });
});
