import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'pg';
import { rowsOf } from '../../core/database.ts';
import { deliverAfterCommit } from '../../core/delivery.ts';
import { createLogger } from '../../core/logger.ts';
import { createMetrics } from '../../core/metrics.ts';
import { systemActor } from '../../domain/identity/actor.ts';
import { resetDatabase } from '../../test/support/database.ts';
import { makeSimulation } from '../../test/support/factories-hiring.ts';
import { makeUser } from '../../test/support/factories-identity.ts';
import { startLoop } from '../../worker/loop.ts';
import { deliverDue } from '../../worker/relay.ts';
import { testRunStart } from '../../workflows/workspaces/test-run.contract.ts';
import type { Bench } from '../harness/case.ts';
import { concurrently, interleave, timed } from '../harness/measure.ts';
import { firstActivities } from '../harness/first-activities.ts';
import { summarise } from '../harness/stats.ts';
import { startTemporal } from '../harness/temporal.ts';

const ROUNDS = 400;
const LIMIT_MS = 90_000;
const CRASHES = 60;
/** Crashes come at any moment between two rounds of the relay. */
const CRASH_EVERY_MS = 130;
const BACKLOG = 100;
const BACKLOGS = 5;
/** As in worker/relay.ts. */
const RELAY_AT_ONCE = 10;
/** As in worker/run.ts. */
const RELAY_EVERY_MS = 1_000;
const GRACE_MS = 3_600_000;
const UPDATE = 'update simulations set title = $2 where id = $1';

/** Milliseconds of one command. */
interface Sample {
  readonly whole: number;
  /** From the commit until Temporal has the workflow. */
  readonly started: number;
  /** From the commit until its first activity runs. */
  readonly acting: number;
}

export const outbox: Bench = {
  name: 'outbox',
  about:
    'from COMMIT to a started workflow: the outbox against a start without one, the relay after a crash, a backlog',
  async run(stage) {
    const database = await resetDatabase();
    const { id: simulationId, orgId } = await makeSimulation(await makeUser());
    const first = firstActivities();
    const client = await startTemporal(stage, first.activities);
    const log = createLogger('bench', 'silent');
    const metrics = createMetrics({ processMetrics: false });
    const deliver = deliverAfterCommit({ client, metrics, log });
    const pool = new Pool({ connectionString: database.adminUrl, max: 1 });
    const system = new Pool({ connectionString: database.systemUrl, max: 4 });
    stage.cleanup(() => Promise.all([pool.end(), system.end()]));
    const startOf = (runId: string) => testRunStart({ orgId, runId, graceMs: GRACE_MS }, 'session-1');
    let moments = { committed: 0, started: 0 };
    const units = database.unitsWith(async (entries) => {
      const committed = performance.now();
      const delivered = await deliver(entries);
      moments = { committed, started: performance.now() };
      return delivered;
    });
    const command = (units: typeof database.uow, runId: string): Promise<void> =>
      units.write(systemActor(orgId, 'bench'), async (uow) => {
        await rowsOf(uow.db, UPDATE, [simulationId, runId]);
        uow.enqueue({ start: startOf(runId) });
      });
    const measured = async (work: (runId: string) => Promise<void>): Promise<Sample> => {
      const runId = randomUUID();
      const acting = first.of(runId);
      const whole = await timed(() => work(runId));
      const { committed, started } = moments;
      return { whole, started: started - committed, acting: (await acting) - committed };
    };

    const startBare = async (runId: string): Promise<void> => {
      const { workflowId, type, taskQueue, input } = startOf(runId);
      await client.workflow.start(type, { workflowId, taskQueue, args: [input] });
    };

    stage.say('  writers');
    const found = await interleave(
      [
        { name: 'outbox', run: () => measured((runId) => command(units, runId)) },
        {
          name: 'commit, then start',
          run: () =>
            measured(async (runId) => {
              await pool.query('begin');
              await pool.query(UPDATE, [simulationId, runId]);
              await pool.query('commit');
              const committed = performance.now();
              await startBare(runId);
              moments = { committed, started: performance.now() };
            }),
        },
      ],
      { rounds: ROUNDS, warmUp: 20, limitMs: LIMIT_MS },
    );

    stage.say('  crashes');
    const parts = { pool: system, client, metrics, log };
    const relay = startLoop({ name: 'relay', everyMs: RELAY_EVERY_MS, work: () => deliverDue(parts), log });
    const crashed = await Promise.all(
      Array.from({ length: CRASHES }, async (_, at) => {
        await pause(at * CRASH_EVERY_MS);
        const runId = randomUUID();
        const acting = first.of(runId);
        await command(database.uow, runId); // delivers nothing, as a writer that dies right after its commit
        const committed = performance.now();
        return (await acting) - committed;
      }),
    );
    await relay.stop();

    stage.say('  backlog');
    const perSecond = async (work: () => Promise<unknown>): Promise<number> => (BACKLOG * 1_000) / (await timed(work));
    const rates = await interleave(
      [
        {
          name: 'relay',
          run: async () => {
            await concurrently(BACKLOG, 8, () => command(database.uow, randomUUID()));
            await database.rows(
              `update outbox set lease_until = now() - interval '1 second' where delivered_at is null`,
            );
            return perSecond(async () => {
              while (await deliverDue(parts)); // true while batches are full
            });
          },
        },
        {
          name: 'starts',
          run: () => perSecond(() => concurrently(BACKLOG, RELAY_AT_ONCE, () => startBare(randomUUID()))),
        },
      ],
      { rounds: BACKLOGS, warmUp: 1, limitMs: LIMIT_MS },
    );
    const rate = (name: string): number => summarise(rates.get(name) ?? []).p50;

    const [ours = [], theirs = []] = [...found.values()];
    const p50 = (samples: readonly Sample[], what: keyof Sample) => summarise(samples.map((one) => one[what])).p50;
    const ratio = (what: keyof Sample): string => (p50(ours, what) / p50(theirs, what)).toFixed(2);
    const relayed = summarise(crashed);
    return {
      headline: [
        `a command with an outbox takes ${ratio('whole')} times one without; from COMMIT to started ${ratio('started')} times, to its first activity ${ratio('acting')} times`,
        `after a crash the relay's workflow acts ${(relayed.p50 / 1_000).toFixed(1)} s after the commit (p99 ${(relayed.p99 / 1_000).toFixed(1)} s; lease 5 s, round every second)`,
        `a backlog of ${BACKLOG}: ${rate('relay').toFixed(0)} a second, ${(rate('relay') / rate('starts')).toFixed(2)} of ${RELAY_AT_ONCE} bare starts at a time`,
      ],
      tables: [
        {
          columns: ['side', 'what', 'n', 'p50 ms', 'p99 ms', 'max ms'],
          rows: [...found].flatMap(([name, samples]) =>
            (['whole', 'started', 'acting'] as const).map((what) => {
              const { count, p50, p99, max } = summarise(samples.map((one) => one[what]));
              return [name, LABELS[what], count, p50, p99, max];
            }),
          ),
        },
      ],
      notes: [
        'Both update one row; workflows are test runs with stub activities. The outbox also writes, and marks, its entry.',
      ],
    };
  },
};

const LABELS: Readonly<Record<keyof Sample, string>> = {
  whole: 'the command',
  started: 'COMMIT to started',
  acting: 'COMMIT to first activity',
};
