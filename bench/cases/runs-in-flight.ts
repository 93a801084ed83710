import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from '../harness/case.ts';
import { createSimulation, openWorkspaces, recruiterEmail, type Candidate } from '../harness/candidates.ts';
import type { HttpCaller } from '../harness/http.ts';
import { concurrently, timed } from '../harness/measure.ts';
import { processMetrics } from '../harness/process-metrics.ts';
import { startStack, type Stack } from '../harness/stack.ts';
import { summarise, type Summary } from '../harness/stats.ts';

/** Runs in flight. Up and down again, so that whatever changes with time meets all levels alike. */
const LEVELS = (process.env['TENON_BENCH_IN_FLIGHT'] ?? '0,10,100').split(',').map(Number);
const ROUNDS = Number(process.env['TENON_BENCH_ROUNDS'] ?? 3);
/** A block; each level has two in a round. */
const READS = 150;
const COMMANDS = 100;
/** The product allows a workspace three runs under way, on three branches. */
const BRANCHES = ['main', 'second', 'third'];
const STARTED_AT_ONCE = 4;
const IDLE_MS = 3_000;
/** By then the webhook's time of grace is over and the worker polls for each run, as it does for most of a real run's life. */
const GRACE_MS = 12_000;
const LIMIT_MS = 4 * 60_000;

interface Block {
  readonly reads: number[];
  readonly commands: number[];
  /** A query past the API: what the machine's other work does to anybody. */
  readonly bare: number[];
  readonly loopP50Ms: number;
  readonly loopP99Ms: number;
  /** Connections of the API, and how many of them are at work, the most that was seen. */
  readonly api: number;
  readonly apiAtWork: number;
  /** Connections of those who wait for runs. */
  readonly waiters: number;
  /** CPU of the API while nobody asks it anything new, in percent of a core. */
  readonly apiIdleCpu: number;
  /** CPU of the API a call, in milliseconds: unlike time, it does not depend on who else uses the machine. */
  readonly apiCallCpuMs: number;
  /** CPU of the worker meanwhile, in percent of a core. */
  readonly workerCpu: number;
}

export const runsInFlight: Bench = {
  name: 'runs-in-flight',
  about: `a read and a command of the API while ${LEVELS.join(', ')} test runs are in flight and their candidates wait`,
  async run(stage) {
    const stack = await startStack(stage);
    const { github } = stack.world;
    await github.resetFaults();
    await github.nextRuns({ conclusion: 'success', leaveInProgress: true, count: 1_000_000 });
    const recruiter = await stack.signIn(recruiterEmail, 'recruiter');
    stage.say('  opening workspaces');
    const candidates = await openWorkspaces(stack, Math.ceil(Math.max(...LEVELS) / BRANCHES.length));
    await makeBranches(stack, candidates);
    const places = candidates.flatMap((candidate) => BRANCHES.map((branch) => ({ candidate, branch })));
    const flying: Flight[] = [];
    stage.cleanup(() => Promise.all(flying.map((flight) => flight.land())));
    const setLevel = async (level: number): Promise<void> => {
      const more = places.slice(flying.length, Math.max(level, flying.length));
      await concurrently(more.length, STARTED_AT_ONCE, async (at) => {
        flying.push(await takeOff(stack, more[at] as Place));
      });
      const over = flying.splice(level);
      await concurrently(over.length, STARTED_AT_ONCE, async (at) => over[at]?.land());
      if (more.length > 0) await pause(GRACE_MS);
    };
    const block = (): Promise<Block> => measure(stack, recruiter);

    stage.say('  measuring');
    await block(); // warms up
    const found = new Map<number, Block[]>(LEVELS.map((level) => [level, []]));
    const end = performance.now() + LIMIT_MS;
    for (let round = 0; round < ROUNDS && performance.now() < end; round += 1) {
      for (const level of [...LEVELS, ...LEVELS.toReversed()]) {
        await setLevel(level);
        found.get(level)?.push(await block());
      }
    }
    await setLevel(0);
    return outcomeOf(found);
  },
};

interface Place {
  readonly candidate: Candidate;
  readonly branch: string;
}

/** A run that GitHub has taken and somebody who waits for it. */
interface Flight {
  /** Lets it end; resolves when the one who waits has the result. */
  land(): Promise<void>;
}

async function takeOff({ world }: Stack, { candidate, branch }: Place): Promise<Flight> {
  const { caller, taskId, headers } = candidate;
  const body = JSON.stringify({ branch });
  const ask = async (seconds: number) => {
    const reply = await caller.call(`/api/tasks/${taskId}/run?wait=${seconds}`, { method: 'POST', body, headers });
    return JSON.parse(reply) as { runId: number; status: string };
  };
  const { runId } = await ask(0);
  const waiting = (async () => {
    while ((await ask(75)).status === 'running'); // asks again when it was told that the run goes on
  })();
  waiting.catch(() => undefined);
  return {
    async land() {
      await world.github.finishRun(runId, { conclusion: 'cancelled' });
      await waiting;
    },
  };
}

async function makeBranches({ world }: Stack, candidates: readonly Candidate[]): Promise<void> {
  const { addresses, secrets } = world.plan;
  for (const { repo } of candidates) {
    const call = async (path: string, body?: object): Promise<{ object: { sha: string } }> => {
      const reply = await fetch(`${addresses.github}/api/v3/repos/${repo}/git/${path}`, {
        headers: { authorization: `token ${secrets.githubToken}` },
        ...(body && { method: 'POST', body: JSON.stringify(body) }),
      });
      if (!reply.ok) throw new Error(`${path} of ${repo} answered ${reply.status}`);
      return (await reply.json()) as { object: { sha: string } };
    };
    const { sha } = (await call('ref/heads/main')).object;
    for (const branch of BRANCHES.slice(1)) await call('refs', { ref: `refs/heads/${branch}`, sha });
  }
}

async function measure({ world, rows }: Stack, recruiter: HttpCaller): Promise<Block> {
  const { addresses, ports } = world.plan;
  const api = `${addresses.api}/metrics`;
  const worker = `http://127.0.0.1:${ports.workerMetrics}/metrics`;
  const apiIdle = await processMetrics(api);
  await pause(IDLE_MS);
  const [apiBefore, workerBefore] = await Promise.all([processMetrics(api), processMetrics(worker)]);
  const startedAt = performance.now();
  const [reads, commands, bare]: [number[], number[], number[]] = [[], [], []];
  let most = { api: 0, apiAtWork: 0, waiters: 0 };
  for (let at = 0; at < READS; at += 1) {
    reads.push(await timed(() => recruiter.call('/api/auth/me')));
    bare.push(await timed(() => rows('select 1')));
    if (at < COMMANDS) commands.push(await timed(() => createSimulation(recruiter, `Command ${at}`)));
    if (at % 10 === 0) most = moreOf(most, await connections(rows));
  }
  const elapsedMs = performance.now() - startedAt;
  const [apiAfter, workerAfter] = await Promise.all([processMetrics(api), processMetrics(worker)]);
  const apiSeconds = apiAfter.cpuSeconds - apiBefore.cpuSeconds;
  const share = (seconds: number, ms: number): number => (seconds * 100_000) / ms;
  return {
    reads,
    commands,
    bare,
    ...most,
    loopP50Ms: apiAfter.loopP50Ms,
    loopP99Ms: apiAfter.loopP99Ms,
    apiIdleCpu: share(apiBefore.cpuSeconds - apiIdle.cpuSeconds, IDLE_MS),
    apiCallCpuMs: (apiSeconds * 1_000) / (reads.length + commands.length),
    workerCpu: share(workerAfter.cpuSeconds - workerBefore.cpuSeconds, elapsedMs),
  };
}

type Connections = Pick<Block, 'api' | 'apiAtWork' | 'waiters'>;

/** Nobody else asks at that moment: the benchmark sends one request after the other. */
async function connections(rows: Stack['rows']): Promise<Connections> {
  const [seen] = await rows<Connections>(
    `select count(*) filter (where application_name = 'tenon-api')::int as api,
            count(*) filter (where application_name = 'tenon-api' and state <> 'idle')::int as "apiAtWork",
            count(*) filter (where application_name = 'tenon-waiter')::int as waiters
     from pg_stat_activity where datname = current_database()`,
  );
  if (!seen) throw new Error('pg_stat_activity said nothing');
  return seen;
}

function moreOf(a: Connections, b: Connections): Connections {
  return {
    api: Math.max(a.api, b.api),
    apiAtWork: Math.max(a.apiAtWork, b.apiAtWork),
    waiters: Math.max(a.waiters, b.waiters),
  };
}

function outcomeOf(found: ReadonlyMap<number, readonly Block[]>): Awaited<ReturnType<Bench['run']>> {
  const levels = [...found].map(([level, blocks]) => ({
    level,
    reads: summarise(blocks.flatMap(({ reads }) => reads)),
    commands: summarise(blocks.flatMap(({ commands }) => commands)),
    bare: summarise(blocks.flatMap(({ bare }) => bare)),
    most: (of: (block: Block) => number): number => Math.max(...blocks.map(of)),
    middle: (of: (block: Block) => number): number => summarise(blocks.map(of)).p50,
  }));
  const [none] = levels;
  if (!none) throw new Error('nothing was measured');
  const ratios = (of: Summary, base: Summary): string =>
    `p50 ${(of.p50 / base.p50).toFixed(2)} times, p99 ${(of.p99 / base.p99).toFixed(2)} times`;
  const callCpu = ({ apiCallCpuMs }: Block): number => apiCallCpuMs;
  const cells = ({ count, p50, p99, max }: Summary) => [count, p50, p99, max];
  return {
    headline: levels
      .slice(1)
      .map(
        ({ level, reads, commands, bare, most, middle }) =>
          `${level} in flight against ${none.level}: a read ${ratios(reads, none.reads)}, a command ${ratios(commands, none.commands)}, a query past the API ${ratios(bare, none.bare)}; the API takes ${(middle(callCpu) / none.middle(callCpu)).toFixed(2)} times the CPU a call; those who wait hold ${most(({ waiters }) => waiters)} connection(s)`,
      ),
    tables: [
      {
        columns: ['in flight', 'call', 'n', 'p50 ms', 'p99 ms', 'max ms'],
        rows: levels.flatMap(({ level, reads, commands, bare }) => [
          [level, 'GET /api/auth/me', ...cells(reads)],
          [level, 'POST /api/simulations', ...cells(commands)],
          [level, 'select 1, past the API', ...cells(bare)],
        ]),
      },
      {
        columns: [
          'in flight',
          'API’s connections',
          'at work',
          'of waiters',
          'event loop delay p50 ms',
          'p99 ms',
          'API CPU ms a call',
          'API CPU % idle',
          'worker CPU %',
        ],
        rows: levels.map(({ level, most, middle }) => [
          level,
          most(({ api }) => api),
          most(({ apiAtWork }) => apiAtWork),
          most(({ waiters }) => waiters),
          middle(({ loopP50Ms }) => loopP50Ms),
          middle(({ loopP99Ms }) => loopP99Ms),
          middle(({ apiCallCpuMs }) => apiCallCpuMs),
          middle(({ apiIdleCpu }) => apiIdleCpu),
          middle(({ workerCpu }) => workerCpu),
        ]),
      },
    ],
    notes: [
      `One request at a time, ${READS} reads and ${COMMANDS} commands a block, two blocks a level and round, levels up and down again. For each run in flight a candidate's request waits for its result.`,
      `Runs have been in flight for ${GRACE_MS / 1_000} s or longer, so that the worker polls for each of them every 5 s: on a machine with few cores that work, and GitHub's, takes everybody's time; the query past the API shows how much.`,
      'Connections: the most that pg_stat_activity showed, looked at between two requests; event loop delay as node measures it with a resolution of 10 ms, medians of blocks.',
    ],
  };
}
