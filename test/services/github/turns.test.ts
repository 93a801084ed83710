import assert from 'node:assert/strict';
import type { UnitOfWork } from '../../../core/unit-of-work.ts';
import { PLAIN_TOKEN, type GithubBudget, type TurnPriority } from '../../../domain/github/write-limits.ts';
import { anonymous, systemActor, type SystemActor } from '../../../domain/identity/actor.ts';
import { turnWaitMs } from '../../../services/github/turn-estimate.ts';
import { askForTurn, endTurn, moveForward, pauseBudget, type Asked } from '../../../services/github/turns.ts';
import { resetDatabase, type TestDatabase } from '../../support/database.ts';
import { makeUser } from '../../support/factories-identity.ts';

/** Two at once and three in an hour; nothing of it ends within a test unless the test turns the clock. */
const budget: GithubBudget = {
  installation: PLAIN_TOKEN,
  limits: {
    windows: [
      { most: 2, spanMs: 600_000 },
      { most: 3, spanMs: 3_600_000 },
    ],
    spacingMs: 0,
  },
};

describe('turns in the database', () => {
  let database: TestDatabase;
  let one: string;
  let two: string;

  beforeEach(async () => {
    database = await resetDatabase();
    one = (await makeUser()).orgId;
    two = (await makeUser()).orgId;
  });

  const write = <T>(orgId: string, work: (uow: UnitOfWork<SystemActor>) => Promise<T>): Promise<T> =>
    database.uow.write(systemActor(orgId, 'test'), work);
  const ask = (orgId: string, key: string, priority: TurnPriority = 'candidate', of = budget): Promise<Asked> =>
    write(orgId, (uow) => askForTurn(uow, of, { key, priority }));
  const granted = async (orgId: string, key: string, priority?: TurnPriority): Promise<string> => {
    const asked = await ask(orgId, key, priority);
    assert.ok(asked.granted, `${key} was not given its turn`);
    return asked.turnId;
  };
  const waits = async (orgId: string, key: string, priority?: TurnPriority): Promise<number> => {
    const asked = await ask(orgId, key, priority);
    assert.ok(!asked.granted, `${key} was given a turn`);
    return asked.delayMs;
  };
  const end = (orgId: string, turnId: string): Promise<void> => write(orgId, (uow) => endTurn(uow, turnId));
  /** All that is in the rows has happened so much longer ago. */
  const later = (seconds: number) =>
    database.rows(
      `update github_turns set requested_at = requested_at - make_interval(secs => $1), promised_at = promised_at - make_interval(secs => $1),
         come_back_at = come_back_at - make_interval(secs => $1), granted_at = granted_at - make_interval(secs => $1),
         ended_at = ended_at - make_interval(secs => $1)`,
      [seconds],
    );
  const wait = (orgId: string, key: string): Promise<number> =>
    database.uow.read(systemActor(orgId, 'test'), (uow) => turnWaitMs(uow, budget, key));

  it('are given while there is room, each for one write, and then when the oldest has left the window', async () => {
    const first = await granted(one, 'a');
    await granted(one, 'a');
    await end(one, first);
    assert.equal(await waits(two, 'b'), 60_000, 'whoever waits long is told to look in now and then');
    await later(599);
    assert.ok((await waits(two, 'b')) <= 1_000);
    await later(2);
    await granted(two, 'b');
    assert.equal(await waits(two, 'c'), 60_000, 'an hour’s window has room for three');
  });

  it('count a write from its end, or from when it must have ended', async () => {
    const first = await granted(one, 'a');
    await granted(one, 'b');
    await later(590);
    await end(one, first);
    await waits(two, 'c');
    await later(69);
    await waits(two, 'c');
    await later(2);
    await granted(two, 'c');
  });

  it('asked for twice while waiting are one, and keep their place', async () => {
    await granted(one, 'a');
    await granted(one, 'b');
    await waits(one, 'c');
    await waits(one, 'd');
    await waits(one, 'c');
    const rows = await database.rows('select key from github_turns where granted_at is null order by requested_at');
    assert.deepEqual(rows, [{ key: 'c' }, { key: 'd' }]);
  });

  it('tell how often a key has been given one', async () => {
    const unlimited = { ...budget, limits: { windows: [], spacingMs: 0 } };
    for (const tries of [1, 2, 3]) {
      const asked = await ask(one, 'a', 'candidate', unlimited);
      assert.equal(asked.granted && asked.tries, tries);
    }
  });

  it('go to organisations in turn, and to candidates before what can wait', async () => {
    const slow = { ...budget, limits: { windows: [], spacingMs: 600_000 } };
    const queue = [
      [one, 'a1', 'background'],
      [one, 'a2', 'background'],
      [one, 'a3', 'background'],
      [two, 'b1', 'background'],
      [two, 'b2', 'background'],
      [one, 'c1', 'cleanup'],
      [two, 'd1', 'candidate'],
    ] as const;
    assert.ok((await ask(one, 'first', 'cleanup', slow)).granted);
    const order: string[] = [];
    while (order.length < queue.length) {
      await later(595);
      for (const [org, key, priority] of queue) if (!order.includes(key)) await ask(org, key, priority, slow);
      await later(6); // everybody is there when the turn comes
      for (const [org, key, priority] of queue.toReversed()) {
        if (order.includes(key) || !(await ask(org, key, priority, slow)).granted) continue;
        order.push(key);
      }
    }
    assert.deepEqual(order, ['d1', 'a1', 'b1', 'a2', 'b2', 'a3', 'c1']);
  });

  it('are not kept for those who do not come back', async () => {
    for (const key of ['a', 'b']) await end(one, await granted(one, key));
    await waits(one, 'gone');
    await waits(two, 'c');
    await later(590);
    await waits(two, 'c');
    await later(11);
    await granted(two, 'c');
  });

  it('of two who ask at once for the last one go to one of them', async () => {
    await granted(one, 'a');
    const asked = await Promise.all(['b', 'c', 'd', 'e'].map((key, at) => ask(at % 2 ? one : two, key)));
    assert.equal(asked.filter(({ granted }) => granted).length, 1);
  });

  it('of different installations do not concern each other', async () => {
    await granted(one, 'a');
    await granted(one, 'b');
    await waits(one, 'c');
    const asked = await ask(one, 'c', 'candidate', { ...budget, installation: 'installation-7' });
    assert.ok(asked.granted);
  });

  it('wait for the end of a pause, which a shorter one does not end', async () => {
    const pause = (seconds: number) => database.uow.write(anonymous, (uow) => pauseBudget(uow, budget, seconds));
    await pause(30);
    await pause(5);
    const asked = await ask(one, 'a');
    assert.ok(!asked.granted && asked.paused);
    assert.ok(asked.delayMs > 25_000 && asked.delayMs <= 30_000);
    await database.rows(`update github_budgets set paused_until = paused_until - interval '31 seconds'`);
    await granted(one, 'a');
  });

  it('are estimated for those who only look: own ones, others’, none yet, and one whose turn has come', async () => {
    assert.equal(await wait(one, 'a'), 0);
    await granted(one, 'a');
    assert.equal(await wait(one, 'a'), 0);
    await granted(one, 'b');
    await waits(one, 'c', 'background');
    const isAbout = (ms: number, expectedMs: number): void => assert.ok(Math.abs(ms - expectedMs) < 5_000, `${ms} ms`);
    isAbout(await wait(one, 'c'), 3_600_000); // what can wait leaves the last ones to candidates
    isAbout(await wait(two, 'd'), 600_000);
    await write(one, (uow) => moveForward(uow, budget, 'c'));
    isAbout(await wait(one, 'c'), 600_000);
    await waits(two, 'd');
    isAbout(await wait(two, 'd'), 600_000);
    isAbout(await wait(one, 'c'), 3_600_000);
  });
});
