import { setTimeout as pause } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { untilSettled } from '../../test/chaos/quiet.ts';
import type { Bench, Stage } from '../harness/case.ts';
import { createSimulation, recruiterEmail } from '../harness/candidates.ts';
import { eventTimes, longestGap } from '../harness/history-gap.ts';
import type { HttpCaller } from '../harness/http.ts';
import { concurrently, timed } from '../harness/measure.ts';
import { cpuSecondsOf, processMetrics, type ProcessMetrics } from '../harness/process-metrics.ts';
import type { Row } from '../harness/report.ts';
import { summarise, type Summary } from '../harness/stats.ts';
import { startStack, type Stack } from '../harness/stack.ts';
import { expiring, readsUntil } from './sessions-burst.ts';

const SESSIONS = Number(process.env['TENON_BENCH_SESSIONS'] ?? 1_000);
/** Invited first, to warm everything up and to learn how fast the machine is; they stay open. */
const FIRST = 60;
const AT_ONCE = 8;
const IDLE_MS = 15_000;
const DESCRIBED = 20;
/** Until every message is delivered and every mail sent. */
const SETTLE_MS = 3 * 60_000;
/** Looking begins so long before the deadline. */
const EARLY_MS = 500;

export const sessions: Bench = {
  name: 'sessions',
  about: `${SESSIONS} candidate sessions open on one worker, idle, and then all of them expiring in the same second`,
  async run(stage) {
    const stack = await startStack(stage);
    const recruiter = await stack.signIn(recruiterEmail, 'recruiter');
    const worker = `http://127.0.0.1:${stack.world.plan.ports.workerMetrics}/metrics`;
    const simulation = await withoutRepositories(stack, recruiter);
    const inviting = (count: number, from: number): Promise<number> =>
      timed(() => concurrently(count, AT_ONCE, (at) => invite(recruiter, simulation, from + at)));

    const firstMs = await inviting(FIRST, 0);
    await untilSettled(stack.world, SETTLE_MS);
    const empty = await idle(worker, recruiter);

    stage.say(`  opening ${SESSIONS}`);
    const all = (firstMs / FIRST) * SESSIONS * 2 + 2 * IDLE_MS;
    const deadline = new Date(Date.now() + all);
    const simulated = await withoutRepositories(stack, recruiter);
    const lives = keepDeadline(stage, stack, deadline);
    const openedMs = await timed(() =>
      concurrently(SESSIONS, AT_ONCE, (at) => invite(recruiter, simulated, FIRST + at)),
    );
    await lives.stop();
    const quietMs = openedMs + (await timed(() => untilSettled(stack.world, SETTLE_MS)));
    const sampled = await someSessions(stack, simulated);
    const opened = await transitions(stack, sampled);
    if (Date.now() + IDLE_MS > deadline.getTime())
      throw new Error('opening took longer than the first invites promised: run it again on a quieter machine');
    const full = await idle(worker, recruiter);

    stage.say(`  waiting for the deadline`);
    await pause(deadline.getTime() - Date.now() - EARLY_MS);
    const before = await processMetrics(worker);
    const temporal = `--port=${stack.world.plan.ports.temporal} `;
    const temporalBefore = await cpuSecondsOf(temporal);
    const burst = await expiring(stack, recruiter, { simulation: simulated, others: FIRST });
    const after = await processMetrics(worker);
    const temporalMs = ((await cpuSecondsOf(temporal)) - temporalBefore) * 1_000;
    const ended = await transitions(stack, sampled);
    const timedOut = await timedOutTasks(stack, sampled);
    const rows = await stack.rows<{ id: string; lag: number; at: number }>(
      `select id, extract(epoch from expired_at - expires_at)::float8 * 1000 as lag, extract(epoch from expired_at)::float8 as at
       from candidate_sessions where simulation_id = $1 order by lag desc`,
      [simulated],
    );
    const [slowest] = rows;
    const gap = slowest ? await longestGap(clockOf(stack, slowest.id), 'TIMER_FIRED') : 'none';
    const lags = summarise(rows.map(({ lag }) => lag));
    const moments = rows.map(({ at }) => at);
    const perSecond = SESSIONS / (Math.max(...moments) - Math.min(...moments));
    const kibEach = (full.at.rssBytes - empty.at.rssBytes) / SESSIONS / 1_024;
    const idleRatio = (share: keyof Summary): string => (burst.reads[share] / full.reads[share]).toFixed(2);
    return {
      headline: [
        `an open session costs the worker ${kibEach.toFixed(0)} KiB of memory, ${full.cpuShare.toFixed(2)} % of a core are used for ${SESSIONS + FIRST} of them idle (${empty.cpuShare.toFixed(2)} % for ${FIRST})`,
        `${opened.toFixed(0)} state transitions until it waits, ${ended.toFixed(0)} until it has expired`,
        `${SESSIONS} due in one second: the last one expired ${(burst.expiredMs / 1_000).toFixed(1)} s after the first deadline, ${perSecond.toFixed(0)} a second; a read meanwhile p50 ${idleRatio('p50')} times, p99 ${idleRatio('p99')} times`,
      ],
      tables: [
        {
          columns: [
            'worker',
            'open',
            'cached',
            'RSS MiB',
            'heap MiB',
            'CPU % of a core',
            'event loop delay p50 ms',
            'p99 ms',
          ],
          rows: [
            workerRow('idle before', FIRST, empty),
            workerRow('idle, all open', SESSIONS + FIRST, full),
            workerRow('while they expire', FIRST, {
              at: after,
              cpuShare: ((after.cpuSeconds - before.cpuSeconds) * 100_000) / (burst.closedMs + EARLY_MS),
            }),
          ],
        },
        {
          columns: ['step', 'seconds', 'a second'],
          rows: [
            [`invites, ${AT_ONCE} at a time`, openedMs / 1_000, (SESSIONS * 1_000) / openedMs],
            ['until each clock waits and each mail is sent', quietMs / 1_000, (SESSIONS * 1_000) / quietMs],
            ['from the first deadline until the last row is expired', burst.expiredMs / 1_000, perSecond],
            ['until the last workflow has ended, as the list shows it', burst.closedMs / 1_000, Number.NaN],
          ],
        },
        {
          columns: ['', 'n', 'p50 ms', 'p99 ms', 'max ms'],
          rows: [
            ['a row’s deadline to its expiry', lags.count, lags.p50, lags.p99, lags.max],
            ['read of /api/auth/me, all idle', full.reads.count, full.reads.p50, full.reads.p99, full.reads.max],
            ['the same while they expire', burst.reads.count, burst.reads.p50, burst.reads.p99, burst.reads.max],
          ],
        },
        {
          columns: ['connections of the worker while they expire', 'on average'],
          rows: [...burst.waits],
        },
      ],
      notes: [
        `Invited through HTTP, all in one organisation (so that each expiry waits for the same audit chain), with simulations whose tasks have no repositories. The organisation's invite life was set all the time so that every invite ended at the same moment: deadlines lie within ${burst.spreadMs.toFixed(0)} ms.`,
        `The worker used ${(((after.cpuSeconds - before.cpuSeconds) * 1_000) / SESSIONS).toFixed(1)} ms of CPU an expiry, the Temporal server ${(temporalMs / SESSIONS).toFixed(1)} ms. Nothing is mailed on expiry: the row, its audit entry and the end of the workflow are all there is; the dev server may fire timers up to a second late.`,
        `Workflow tasks that timed out on their way to the worker that has the workflow cached, in ${sampled.length} of the sessions: ${timedOut}. The session that expired last stood still for ${gap}.`,
        'Memory counts what is not collected yet. CPU from /metrics of the worker, all threads, with its relay and reconciler.',
      ],
    };
  },
};

function workerRow(name: string, open: number, { at, cpuShare }: Pick<Idle, 'at' | 'cpuShare'>): Row {
  return [name, open, cached(at), mib(at.rssBytes), mib(at.heapBytes), cpuShare, at.loopP50Ms, at.loopP99Ms];
}

function mib(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}

/** Workflows that the worker holds in memory, so that it need not replay them. */
function cached({ all }: ProcessMetrics): number {
  return all.get('temporal_sticky_cache_size') ?? Number.NaN;
}

/** A simulation without repositories: 2 000 of them would be a benchmark of git. */
async function withoutRepositories({ rows }: Stack, recruiter: HttpCaller): Promise<number> {
  const id = await createSimulation(recruiter, 'Sessions');
  await rows('update simulation_tasks set template_repo = null where simulation_id = $1', [id]);
  return id;
}

async function invite(recruiter: HttpCaller, simulation: number, number: number): Promise<void> {
  const body = JSON.stringify({ candidateName: `Candidate ${number}`, inviteEmail: `session${number}@bench.test` });
  await recruiter.call(`/api/simulations/${simulation}/invite`, { method: 'POST', body });
}

/** Sets the life of the organisation's invites again and again, so that all end at `deadline` or within the second after it. */
function keepDeadline(stage: Stage, { rows }: Stack, deadline: Date): { stop(): Promise<void> } {
  const end = new AbortController();
  const set = (): Promise<unknown> =>
    rows(
      `update organizations set invite_life_seconds = greatest(1, ceil(extract(epoch from $2::timestamptz - clock_timestamp())))
       where id = (select org_id from users where email = $1)`,
      [recruiterEmail, deadline],
    );
  const running = (async () => {
    while (!end.signal.aborted) {
      await set();
      await pause(100, undefined, { signal: end.signal }).catch(() => undefined);
    }
  })();
  running.catch((error: unknown) => stage.say(`  deadlines: ${String(error)}`));
  return {
    stop: () => {
      end.abort();
      return running;
    },
  };
}

interface Idle {
  readonly at: ProcessMetrics;
  /** Of one core, in percent. */
  readonly cpuShare: number;
  readonly reads: Summary;
}

/** Some seconds in which the worker has nothing to do; reads of the API do not concern it. */
async function idle(worker: string, recruiter: HttpCaller): Promise<Idle> {
  const from = await processMetrics(worker);
  const startedAt = performance.now();
  const reads = await readsUntil(recruiter, pause(IDLE_MS));
  const at = await processMetrics(worker);
  const cpuShare = ((at.cpuSeconds - from.cpuSeconds) / (performance.now() - startedAt)) * 100_000;
  return { at, cpuShare, reads: summarise(reads) };
}

async function someSessions({ rows }: Stack, simulation: number): Promise<string[]> {
  const found = await rows<{ id: string }>(
    `select id from candidate_sessions where simulation_id = $1 order by id limit ${DESCRIBED}`,
    [simulation],
  );
  return found.map(({ id }) => id);
}

/** State transitions of those sessions' workflows so far, the median. */
async function transitions(stack: Stack, sessionIds: readonly string[]): Promise<number> {
  const counts: number[] = [];
  for (const id of sessionIds) {
    const { raw } = await clockOf(stack, id).describe();
    counts.push(Number(raw.workflowExecutionInfo?.stateTransitionCount ?? 0));
  }
  return summarise(counts).p50;
}

async function timedOutTasks(stack: Stack, sessionIds: readonly string[]): Promise<number> {
  let count = 0;
  for (const id of sessionIds) {
    const events = await eventTimes(clockOf(stack, id));
    count += events.filter(({ name }) => name === 'WORKFLOW_TASK_TIMED_OUT').length;
  }
  return count;
}

function clockOf({ world }: Stack, sessionId: string): WorkflowHandle {
  return world.temporal.workflow.getHandle(`candidate-session/${sessionId}/1`);
}
