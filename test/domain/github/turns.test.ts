import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { paceMs, startOf } from '../../../domain/github/turns.ts';
import {
  githubDotCom,
  turnPriorities,
  type TurnPriority,
  type WriteLimits,
} from '../../../domain/github/write-limits.ts';
import { propertyRun, propertyTimeoutMs } from '../../adapters/artifacts/property.ts';
import { play, type Served, type Visitor } from './office.ts';

/** As github.com's in form, and small enough to be used up within a case. */
const small: WriteLimits = {
  windows: [
    { most: 5, spanMs: 60_000 },
    { most: 12, spanMs: 600_000 },
  ],
  spacingMs: 0,
};
const spaced: WriteLimits = { ...small, spacingMs: 1_000 };

const visitor = (changes: Partial<{ [K in keyof Visitor]: fc.Arbitrary<Visitor[K]> }>): fc.Arbitrary<Visitor> =>
  fc.record({
    org: fc.nat(3),
    priority: fc.constantFrom(...turnPriorities),
    atMs: fc.nat(300_000),
    callMs: fc.nat(8_000),
    lateMs: fc.nat(7_000),
    ...changes,
  });
const punctual = { callMs: fc.constant(0), lateMs: fc.constant(0) };
const crowd = (one: fc.Arbitrary<Visitor>) => fc.array(one, { minLength: 1, maxLength: 40 });
const limits = fc.constantFrom(small, spaced);

function holds<T>(property: fc.IProperty<T>): void {
  fc.assert(property, propertyRun<T>());
}

describe('turns to write to GitHub', function () {
  this.timeout(propertyTimeoutMs);

  it('are never more than any window allows, whoever comes when, however late and however long calls take', () => {
    holds(
      fc.property(limits, crowd(visitor({})), (limits, visitors) => {
        const counted = play(limits, visitors).map(({ countedMs }) => countedMs);
        assert.equal(counted.length, visitors.length, 'everybody is served in the end');
        counted.sort((a, b) => a - b);
        for (const { most, spanMs } of limits.windows)
          for (const [at, ms] of counted.entries()) {
            const last = counted[at + most];
            assert.ok(last === undefined || last - ms >= spanMs, `${most + 1} within ${spanMs} ms`);
          }
      }),
    );
  });

  it('are given as soon as there is room: none is left while somebody waits', () => {
    holds(
      fc.property(
        limits,
        crowd(visitor({ ...punctual, priority: fc.constant<TurnPriority>('candidate') })),
        (limits, visitors) => {
          for (const { atMs, grantedMs, writesBefore } of play(limits, visitors)) {
            const nowMs = grantedMs - 2;
            if (atMs > nowMs) continue;
            const writes = writesBefore.filter((write) => write.grantedMs <= nowMs);
            const none = { candidate: 0, background: 0, cleanup: 0 };
            const startMs = startOf({ nowMs, pausedUntilMs: null, limits, writes, ahead: none }, 'candidate');
            assert.ok(startMs > nowMs, `there was room at ${nowMs} and it was given at ${grantedMs}`);
          }
        },
      ),
    );
  });

  it('keep the first of another organisation waiting for at most one of a flood', () => {
    holds(
      fc.property(
        limits,
        fc.integer({ min: 2, max: 40 }),
        fc.constantFrom(...turnPriorities),
        fc.nat(1_200_000),
        (limits, count, priority, atMs) => {
          const flood = Array.from({ length: count }, () => ({ org: 1, priority, atMs: 0, callMs: 0, lateMs: 0 }));
          const served = play(limits, [...flood, { org: 2, priority, atMs, callMs: 0, lateMs: 0 }]);
          const mine = served.find(({ org }) => org === 2);
          const between = served.filter(
            ({ org, grantedMs }) => org === 1 && grantedMs > atMs && grantedMs < (mine?.grantedMs ?? 0),
          );
          assert.ok(between.length <= 1, `${between.length} of the flood came between`);
        },
      ),
    );
  });

  it('serve organisations in turn, each in the order in which it asked', () => {
    const of = (org: number, atMs: number): Visitor => ({ org, priority: 'background', atMs, callMs: 0, lateMs: 0 });
    const one: WriteLimits = { windows: [], spacingMs: 1_000 };
    const visitors = [0, 1, 2, 3, 4].map((at) => of(1, at)).concat([of(2, 5), of(2, 6), of(3, 7)]);
    const order = play(one, visitors).map(({ org, atMs }) => `${org}:${atMs}`);
    assert.deepEqual(order, ['1:0', '2:5', '3:7', '1:1', '2:6', '1:2', '1:3', '1:4']);
  });

  it('come when they were promised, if nobody else comes', () => {
    holds(
      fc.property(limits, crowd(visitor({ ...punctual, atMs: fc.nat(50) })), (limits, visitors) => {
        const inOrder = visitors.toSorted((a, b) => a.atMs - b.atMs).map((one, at) => ({ ...one, atMs: at }));
        const last = play(limits, inOrder).find(({ id }) => id === inOrder.length - 1);
        assert.ok(last && isAbout(last, last.promisedMs), JSON.stringify(last));
      }),
    );
  });

  it('let candidates go first, and leave them a fifth of each window', () => {
    const of = (priority: TurnPriority, atMs: number): Visitor => ({ org: 1, priority, atMs, callMs: 0, lateMs: 0 });
    const flood = Array.from({ length: 500 }, () => of('background', 0));
    const served = play({ ...githubDotCom, spacingMs: 0 }, [...flood, of('candidate', 1), of('cleanup', 1)]);
    const within = (ms: number) => served.filter(({ grantedMs }) => grantedMs <= ms);
    assert.equal(within(0).length, 64);
    assert.deepEqual(
      within(1).map(({ priority }) => priority),
      [...Array<string>(64).fill('background'), 'candidate'],
    );
    assert.equal(within(3_599_000).length, 400);
    assert.equal(served.at(-1)?.priority, 'cleanup');
  });

  it('come at the pace of the last ones that somebody waited for', () => {
    const write = (requestedMs: number, grantedMs: number) => ({ requestedMs, grantedMs });
    assert.equal(paceMs([]), 0);
    assert.equal(paceMs([write(0, 0), write(50_000, 50_000), write(99_000, 99_000)]), 0, 'nobody waited');
    assert.equal(paceMs([write(0, 0), write(0, 300), write(0, 600), write(0, 900)].toReversed()), 300);
    const afterWindow = [write(0, 0), write(0, 300), write(0, 3_600_000), write(0, 3_600_300)];
    assert.equal(paceMs(afterWindow), 300);
    assert.equal(paceMs([write(0, 0), write(0, 3_600_000)]), 2_000);
  });

  it('wait for the end of a pause', () => {
    const none = { candidate: 0, background: 0, cleanup: 0 };
    const paused = { nowMs: 1_000, pausedUntilMs: 61_000, limits: githubDotCom, writes: [], ahead: none };
    assert.equal(startOf(paused, 'candidate'), 61_000);
    assert.equal(startOf({ ...paused, ahead: { ...none, candidate: 2 } }, 'background'), 63_000);
    assert.equal(startOf({ ...paused, nowMs: 70_000 }, 'candidate'), 70_000);
  });
});

/** Times to come back are whole milliseconds. */
function isAbout({ grantedMs, id }: Served, promisedMs: number): boolean {
  return Math.abs(grantedMs - promisedMs) <= id + 1;
}
