import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { rowsIn } from '../chaos/database.ts';
import { randomOf } from '../chaos/scheduler.ts';
import { linkNames, startLinkedWorld, type LinkedWorld, type LinkName } from './links.ts';
import type { Faults, Loss } from './proxy.ts';
import { describeTrial, survive, type Trial } from './survive.ts';

const isFull = process.env['TENON_TEST_FULL'] === '1';
const seed = Number(process.env['TENON_TEST_SEED'] ?? 1);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** docs/operations/faults.md: the slowest answer while one link is bad, with some seconds for a busy machine. */
const ANSWER_LIMIT_MS = 28_000;
const FAULT_MS = 5_000;
const HOUR_MS = 3_600_000;
/** Tokens live for an hour, and are for who reads them to judge. */
const NEARLY_AN_HOUR_MS = 50 * 60_000;

/** The COMMITs that a client's request or an activity ends with. */
const COMMITS: readonly (readonly [LinkName, table: string])[] = [
  ['api-postgres', 'simulations'],
  ['api-postgres', 'candidate_sessions'],
  ['api-postgres', 'submissions'],
  ['api-postgres', 'test_runs'],
  ['worker-postgres', 'effects'],
];

describe('the whole stack while what is between its parts is bad', function () {
  this.timeout(240_000);
  let linked: LinkedWorld;
  before(async () => {
    linked = await startLinkedWorld(say, seed);
  });
  after(() => linked?.stop());

  async function through(label: string, fault: Trial['fault']): Promise<void> {
    const report = await survive({ world: linked.world, label, fault, answerLimitMs: ANSWER_LIMIT_MS });
    const told = describeTrial(label, report);
    say(told);
    assert.deepEqual(report.violations, [], `${told}\nseed ${seed}\n${report.violations.join('\n')}`);
    assert.ok(report.journeys > 0);
  }

  async function during(names: readonly LinkName[], faults: Faults): Promise<void> {
    for (const name of names) linked.links[name].set(faults);
    await pause(FAULT_MS);
    for (const name of names) linked.links[name].set({});
  }

  /** One link after the other, in an order that the seed decides. */
  async function resetAll(): Promise<void> {
    const random = randomOf(seed);
    for (const end = performance.now() + FAULT_MS; performance.now() < end; await pause(200 * random())) {
      const name = linkNames[Math.floor(random() * linkNames.length)];
      if (name) linked.links[name].reset();
    }
  }

  /** Clients that gave up meet no further COMMIT. */
  async function loseAtCommit(loss: Loss, areDone: Promise<unknown>): Promise<void> {
    const sprung = COMMITS.map(([link, table]) =>
      linked.links[link].resetAt([new RegExp(`insert into "?${table}\\b`, 'i'), /\bcommit\b/i], loss),
    );
    const met = await Promise.race([Promise.all(sprung).then(() => true), areDone.then(() => false)]);
    for (const [link] of COMMITS) linked.links[link].set({});
    assert.ok(met, 'some COMMIT was not met');
  }

  it('loses nothing and does nothing twice when connections are reset', () => through('resets', resetAll));

  it('nor when the answers to COMMITs are lost', () =>
    through('answers-lost', ({ areDone }) => loseAtCommit('answer', areDone)));

  if (!isFull) return;

  it('nor when COMMITs are lost', () => through('commits-lost', ({ areDone }) => loseAtCommit('request', areDone)));

  it('nor when everything is slow', () => {
    const slow = { latencyMs: 20, jitterMs: 20, bytesPerSecond: 200_000 };
    return through('slow', () => during(linkNames, { up: slow, down: slow }));
  });

  for (const name of linkNames) {
    it(`nor when ${name} is half-open`, () => through(`half-open-${name}`, () => during([name], { swallow: true })));
  }

  it('nor when Postgres has no connection left', () =>
    through('no-connections', async () => {
      const taken: Client[] = [];
      try {
        for (;;) {
          const client = new Client({ connectionString: linked.world.plan.addresses.database });
          client.on('error', () => undefined);
          taken.push(client);
          await client.connect();
        }
      } catch (error) {
        assert.equal((error as { code?: string }).code, '53300');
        linked.links['api-postgres'].reset(); // so that the API needs new ones
        linked.links['worker-postgres'].reset();
        await pause(FAULT_MS);
      } finally {
        await Promise.all(taken.map((client) => client.end().catch(() => undefined)));
      }
    }));

  // Last: the clock of the API stays wrong.
  it('nor when the clocks of its processes jump; and nobody’s time is shorter or longer for it', async () => {
    await through('clocks', async () => {
      await linked.jump('api', NEARLY_AN_HOUR_MS);
      for (const offsetMs of [HOUR_MS, -HOUR_MS, 0]) {
        await linked.jump('worker', offsetMs);
        await pause(FAULT_MS);
      }
    });
    const sessions = await rowsIn<{ status: string; left: number }>(
      linked.world,
      `select status, extract(epoch from expires_at - now())::float as left from candidate_sessions
       where invite_email like 'clocks%' and claimed_at is not null`,
    );
    assert.ok(sessions.length > 0);
    for (const { status, left } of sessions) {
      assert.notEqual(status, 'expired');
      assert.ok(left > 5 * 86_400 - 600 && left <= 5 * 86_400, `${left} s of five days`);
    }
  });
});
