import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { Bench, Stage } from '../harness/case.ts';
import { concurrently, interleave, timed, type Side } from '../harness/measure.ts';
import { summarise } from '../harness/stats.ts';
import { firstActivities } from '../harness/first-activities.ts';
import { startTemporal } from '../harness/temporal.ts';
import { longestGap } from '../harness/history-gap.ts';
import { bareFinishedSignal } from '../workflows/bare-run.contract.ts';
import { deliverMessage } from '../../core/temporal.ts';
import { taskQueues } from '../../workflows/queues.contract.ts';
import { githubRunCompletedSignal, testRunStart } from '../../workflows/workspaces/test-run.contract.ts';

const SAMPLES = Number(process.env['TENON_BENCH_SAMPLES'] ?? 400);
/** One after the other on one server: an idle one has saved up polls, and its limit would not show. */
const BLOCK = 25;
const AT_ONCE = Number(process.env['TENON_BENCH_AT_ONCE'] ?? 1);
const STALL_MS = 1_000;
const LIMIT_MS = 7 * 60_000;
const GRACE_MS = 60_000;
/** The webhook comes when the workflow waits for it; this time is not counted. */
const WEBHOOK_MS = 30;
/** Of `history.transferProcessorMaxPollRPS`; 2000 is what the product starts. */
const SETTINGS = (process.env['TENON_BENCH_POLL_RPS'] ?? '2000,default,500').split(',');
const orgId = randomUUID();

interface Sample {
  readonly ms: number;
  readonly handle: WorkflowHandle;
}

export const workflow: Bench = {
  name: 'workflow',
  about: 'a test run (stub activities, webhook comes) against a bare workflow, at several poll rates of the dev server',
  async run(stage) {
    const sides: Side<Sample[]>[] = [];
    for (const setting of SETTINGS) sides.push(...(await sidesAt(stage, setting)));
    const found = await interleave(sides, { rounds: Math.ceil(SAMPLES / BLOCK), warmUp: 1, limitMs: LIMIT_MS });
    const rows: (string | number)[][] = [];
    const stalls: string[] = [];
    const p50s = new Map<string, number>();
    for (const [name, blocks] of found) {
      const samples = blocks.flat();
      const { count, p50, p99, max } = summarise(samples.map(({ ms }) => ms));
      const slow = samples.filter(({ ms }) => ms > STALL_MS);
      for (const { handle } of slow.slice(0, 3)) stalls.push(`${name}: ${await longestGap(handle)}`);
      p50s.set(name, p50);
      rows.push([name, count, p50, p99, max, slow.length, ...(await costOf(samples.at(-1)))]);
    }
    return {
      headline: SETTINGS.map((setting) => {
        const ratio = (p50s.get(`tenon, ${setting}`) ?? 0) / (p50s.get(`bare, ${setting}`) ?? 0);
        return `at ${setting}: ${ratio.toFixed(2)} times the bare workflow's median`;
      }),
      tables: [
        { columns: ['side, poll RPS', 'n', 'p50 ms', 'p99 ms', 'max ms', 'over 1 s', 'transitions', 'events'], rows },
      ],
      notes: [
        `From start to first activity plus from signal to result, blocks of ${BLOCK} workflows, ${AT_ONCE} at a time, sides in turn; between the two ${WEBHOOK_MS} ms that are not counted.`,
        ...stalls.map((text) => `Stall: ${text}`),
      ],
    };
  },
};

async function sidesAt(stage: Stage, setting: string): Promise<Side<Sample[]>[]> {
  const first = firstActivities();
  const client = await startTemporal(stage, first.activities, setting === 'default' ? setting : Number(setting));
  const sample = async (begin: (runId: string) => Promise<WorkflowHandle>, signal: string): Promise<Sample> => {
    const runId = randomUUID();
    const acting = first.of(runId);
    const startedAt = performance.now();
    const handle = await begin(runId);
    const dispatchedMs = (await acting) - startedAt;
    await pause(WEBHOOK_MS);
    const ms = await timed(async () => {
      await handle.signal(signal, { githubRunId: runId, conclusion: 'success', headSha: 'a'.repeat(40) });
      await handle.result();
    });
    return { ms: dispatchedMs + ms, handle };
  };
  const block = async (begin: (runId: string) => Promise<WorkflowHandle>, signal: string): Promise<Sample[]> => {
    const samples: Sample[] = [];
    await concurrently(BLOCK, AT_ONCE, async () => void samples.push(await sample(begin, signal)));
    return samples;
  };
  return [
    { name: `tenon, ${setting}`, run: () => block((runId) => startTenon(client, runId), githubRunCompletedSignal) },
    { name: `bare, ${setting}`, run: () => block((runId) => startBare(client, runId), bareFinishedSignal) },
  ];
}

async function startTenon(client: Client, runId: string): Promise<WorkflowHandle> {
  const start = testRunStart({ orgId, runId, graceMs: GRACE_MS }, 'session-1');
  await deliverMessage(client, { start }, 5_000);
  return client.workflow.getHandle(start.workflowId);
}

function startBare(client: Client, runId: string): Promise<WorkflowHandle> {
  const args = [{ orgId, runId, graceMs: GRACE_MS }];
  return client.workflow.start('bareRun', { workflowId: `bare/${runId}`, taskQueue: taskQueues.github, args });
}

async function costOf(sample: Sample | undefined): Promise<[transitions: number, events: number]> {
  if (!sample) return [Number.NaN, Number.NaN];
  const { historyLength, raw } = await sample.handle.describe();
  return [Number(raw.workflowExecutionInfo?.stateTransitionCount ?? 0), historyLength];
}
