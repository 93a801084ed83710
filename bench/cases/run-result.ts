import { setTimeout as pause } from 'node:timers/promises';
import { apiComponent } from '../../local/components.ts';
import type { FinishRun } from '../../local/github/control/types.ts';
import { runTopic } from '../../services/workspaces/test-runs.ts';
import type { Bench, Stage } from '../harness/case.ts';
import { openWorkspaces, type Candidate } from '../harness/candidates.ts';
import { startChild } from '../harness/child.ts';
import { eventTimes } from '../harness/history-gap.ts';
import type { HttpCaller } from '../harness/http.ts';
import { concurrently, interleave } from '../harness/measure.ts';
import { processMetrics } from '../harness/process-metrics.ts';
import { startStack, type Stack } from '../harness/stack.ts';
import { summarise } from '../harness/stats.ts';
import { outcomeOf, type Sample } from './run-result-outcome.ts';

const SAMPLES = Number(process.env['TENON_BENCH_SAMPLES'] ?? 400);
const POLLED = Number(process.env['TENON_BENCH_POLLED'] ?? 48);
const BLOCK = Math.min(SAMPLES, 100);
/** Polled runs are waited for all at once: they hold nothing, and one takes a quarter of a minute. */
const POLLED_AT_ONCE = Math.min(POLLED, 12);
const LIMIT_MS = 5 * 60_000;
/** The first of the webhooks' samples: until code and caches are warm. */
const LEFT_OUT = 10;
/** The candidate's request waits by then; not counted. */
const SETTLE_MS = 60;
/** From the tenth second on polls are five seconds apart: a run ends anywhere between two of them. */
const POLLED_RUN_MS = 11_000;
const POLL_GAP_MS = 5_000;

export const runResult: Bench = {
  name: 'run-result',
  about: 'from the end of a run at (the local) GitHub to the stored result: webhooks on against off, where we poll',
  async run(stage) {
    const stack = await startStack(stage);
    await holdRuns(stack);
    stage.say('  opening workspaces');
    const candidates = await openWorkspaces(stack, POLLED_AT_ONCE);
    const quiet = await apiWithoutWebhooks(stage, stack);
    const callers = new Map<Candidate, HttpCaller>();
    for (const one of candidates) callers.set(one, await stack.signIn(one.email, 'candidate', quiet));
    stage.say('  measuring');
    const webhooks = async (): Promise<Block> => {
      const samples: Sample[] = [];
      const cpu = await workerCpu(stack);
      for (let at = 0; at < BLOCK; at += 1) {
        const one = candidates[at % candidates.length] as Candidate;
        samples.push(await sampleOf(stack, one, one.caller, SETTLE_MS));
      }
      return { samples, workerCpuMs: (await cpu()) / BLOCK };
    };
    const polling = async (): Promise<Block> => {
      const cpu = await workerCpu(stack);
      await stack.world.github.webhooks({ mode: 'lose' }); // GitHub has no webhook to send to
      const samples: Sample[] = [];
      await concurrently(POLLED_AT_ONCE, POLLED_AT_ONCE, async (at) => {
        const one = candidates[at] as Candidate;
        const runMs = POLLED_RUN_MS + (POLL_GAP_MS * (at + Math.random())) / POLLED_AT_ONCE;
        samples.push(await sampleOf(stack, one, callers.get(one) as HttpCaller, runMs));
      });
      await stack.world.github.webhooks({ mode: 'normal' });
      return { samples, workerCpuMs: (await cpu()) / POLLED_AT_ONCE };
    };
    const rounds = Math.max(Math.ceil(SAMPLES / BLOCK), Math.ceil(POLLED / POLLED_AT_ONCE));
    const found = await interleave(
      [
        { name: 'webhooks on', run: webhooks },
        { name: 'off, polling', run: polling },
      ],
      { rounds, warmUp: 0, limitMs: LIMIT_MS },
    );
    const side = (name: string) => {
      const blocks = found.get(name) ?? [];
      return {
        samples: blocks.flatMap(({ samples }) => samples),
        workerCpuMs: summarise(blocks.map(({ workerCpuMs }) => workerCpuMs)).p50,
      };
    };
    const [on, off] = [side('webhooks on'), side('off, polling')];
    return outcomeOf({ ...on, samples: on.samples.slice(LEFT_OUT) }, off, [
      `Webhooks: one run at a time, blocks of ${BLOCK}, the sides in turn; the first ${LEFT_OUT} are left out. A candidate's request waits meanwhile.`,
      `Polling: an API without a webhook secret, webhooks lost at GitHub, ${POLLED_AT_ONCE} runs at a time, each ${POLLED_RUN_MS / 1_000} to ${(POLLED_RUN_MS + POLL_GAP_MS) / 1_000} s long, when polls are ${POLL_GAP_MS / 1_000} s apart: few samples, spread evenly between two polls, so its p99 says little.`,
    ]);
  },
};

interface Block {
  readonly samples: readonly Sample[];
  readonly workerCpuMs: number;
}

/** @returns what tells the milliseconds of CPU that the worker has used since */
async function workerCpu({ world }: Stack): Promise<() => Promise<number>> {
  const used = async (): Promise<number> =>
    (await processMetrics(`http://127.0.0.1:${world.plan.ports.workerMetrics}/metrics`)).cpuSeconds * 1_000;
  const before = await used();
  return async () => (await used()) - before;
}

/** Runs stay in progress until they are told to end. */
async function holdRuns({ world }: Stack): Promise<void> {
  await world.github.resetFaults();
  await world.github.nextRuns({ conclusion: 'success', leaveInProgress: true, count: 1_000_000 });
}

/** A second API of the same stack to which no webhook secret is given: runs that are asked for there are polled at once. */
async function apiWithoutWebhooks(stage: Stage, { world }: Stack): Promise<string> {
  const { TENON_GITHUB_WEBHOOK_SECRET: _, ...env } = apiComponent(world.plan).env as Record<string, string>;
  const args = ['--import', 'tsx', 'api/server.ts'];
  const child = await startChild({ dir: stage.dir, ready: 'listening', args, env: { ...env, PORT: '0' } });
  stage.cleanup(() => child.stop());
  return `http://127.0.0.1:${child.port}`;
}

async function sampleOf(stack: Stack, candidate: Candidate, caller: HttpCaller, runMs: number): Promise<Sample> {
  const { world, wait, rows } = stack;
  const { taskId, headers, repo } = candidate;
  const ask = async (seconds: number) => {
    const reply = await caller.call(`/api/tasks/${taskId}/run?wait=${seconds}`, {
      method: 'POST',
      body: '{}',
      headers,
    });
    return JSON.parse(reply) as { runId: number; status: string };
  };
  const { runId: githubRunId } = await ask(0);
  const begunAt = performance.now();
  const waiting = ask(75).then((reply) => ({ ...reply, at: epochMs() })); // joins the run that is under way
  waiting.catch(() => undefined);
  const [run] = await rows<{ id: string }>('select id from test_runs where github_run_id = $1', [githubRunId]);
  if (!run) throw new Error(`no row of GitHub's run ${githubRunId}`);
  await pause(Math.max(0, runMs - (performance.now() - begunAt)));

  const endedAt = epochMs();
  const stored = wait.until(
    runTopic(run.id),
    async () => {
      const at = epochMs();
      const [row] = await rows('select from test_runs where id = $1 and finished_at is not null', [run.id]);
      return row && at;
    },
    { timeoutMs: 60_000 },
  );
  await world.github.finishRun(githubRunId, RESULT);
  const storedAt = await stored;
  const answered = await waiting;
  if (storedAt === undefined || answered.status !== 'passed') throw new Error(`run ${run.id} has no result`);

  const handle = world.temporal.workflow.getHandle(`test-run/${run.id}`);
  await handle.result();
  const times = await eventTimes(handle);
  const last = (name: string): number => times.findLast((event) => event.name === name)?.atMs ?? Number.NaN;
  const signalledAt = last('WORKFLOW_EXECUTION_SIGNALED');
  const polledAt = times.filter((event) => event.name === 'ACTIVITY_TASK_COMPLETED').at(-2)?.atMs ?? Number.NaN;
  const [delivery] = await rows<{ at: number }>(
    `select extract(epoch from received_at)::float8 * 1000 as at from github_deliveries where github_run_id = $1`,
    [githubRunId],
  );
  return {
    ...(delivery && { told: delivery.at - endedAt }),
    noticed: (Number.isNaN(signalledAt) ? polledAt : signalledAt) - endedAt,
    collecting: last('ACTIVITY_TASK_STARTED') - endedAt,
    stored: storedAt - endedAt,
    answered: answered.at - endedAt,
    farCalls: await farCallsMs(stack, repo, githubRunId),
  };
}

/** How the run ends, with what its result needs. */
const RESULT: FinishRun = {
  conclusion: 'success',
  artifacts: [
    {
      name: 'tenon-test-results',
      entries: [
        {
          path: 'tenon-test-results.json',
          text: JSON.stringify({ passed: 3, failed: 0, total: 3, stdout: 'ok', stderr: '' }),
        },
      ],
    },
  ],
};

async function farCallsMs({ world }: Stack, repo: string, githubRunId: number): Promise<number> {
  const { addresses, secrets } = world.plan;
  const get = async (path: string): Promise<Buffer> => {
    const headers = { authorization: `token ${secrets.githubToken}` };
    const reply = await fetch(`${addresses.github}/api/v3/repos/${repo}/actions/${path}`, { headers });
    if (!reply.ok) throw new Error(`${path} answered ${reply.status}`);
    return Buffer.from(await reply.arrayBuffer());
  };
  const startedAt = performance.now();
  await get(`runs/${githubRunId}`);
  const list = JSON.parse((await get(`runs/${githubRunId}/artifacts`)).toString()) as { artifacts: { id: number }[] };
  await get(`artifacts/${list.artifacts[0]?.id}/zip`);
  return performance.now() - startedAt;
}

/** Comparable with the clocks of Temporal and Postgres, which run on this machine. */
function epochMs(): number {
  return performance.timeOrigin + performance.now();
}
