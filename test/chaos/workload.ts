import { setTimeout as pause } from 'node:timers/promises';
import { seedAdminEmail } from '../../local/environment.ts';
import { mintToken } from '../../local/identity/mint.ts';
import type { Role } from '../../local/identity/people.ts';
import { ApiClient, type Accepted, type Ledger } from './client.ts';
import { makeTrouble } from './troubles.ts';
import type { World } from './world.ts';

export interface WorkloadOptions {
  /** Tells the journeys of one run in a world from those of another. */
  readonly label: string;
  /** Journeys at the same time. */
  readonly lanes: number;
  /** Journeys in all. */
  readonly most: number;
  /** Of five days, how many every other candidate works (five end the session); the others work two at most. */
  readonly days: number;
  /** No journey begins after this; those under way are gone to their end. */
  readonly isOver: () => boolean;
}

interface Token {
  readonly access_token: string;
  readonly refresh_token: string;
}

interface CurrentTask {
  readonly isComplete: boolean;
  readonly currentTask: { readonly id: number; readonly type: string } | null;
}

export function newLedger(): Ledger {
  return { accepted: [], secrets: new Set(), broken: [], retries: 0, doubles: 0 };
}

/** Recruiters invite, candidates work, administrators make keys. @throws when a client gives up, which is a finding */
export async function runWorkload(world: World, ledger: Ledger, options: WorkloadOptions): Promise<number> {
  let begun = 0;
  const lane = async (): Promise<void> => {
    while (begun < options.most && (begun === 0 || !options.isOver()))
      await journey(world, ledger, (begun += 1), options);
  };
  const lanes = Array.from({ length: options.lanes }, lane);
  const failed = (await Promise.allSettled(lanes)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return begun;
}

async function journey(world: World, ledger: Ledger, number: number, { days, label }: WorkloadOptions): Promise<void> {
  const name = `${label}-${number}`;
  await makeTrouble(world.github, number);
  const accept = (kind: Accepted['kind'], id: unknown): void => void ledger.accepted.push({ kind, id: String(id) });
  const email = `${name}@chaos.test`;
  const recruiter = await signIn(world, ledger, 'recruiter1@local.test', 'recruiter');
  const simulation = await recruiter.postTwice<{ id: number }>(
    { path: '/api/simulations', body: simulationBody(name) },
    ({ id }) => id,
  );
  accept('simulation', simulation.id);
  const invited = await recruiter.postTwice<{ candidateSessionId: number; token: string }>(
    {
      path: `/api/simulations/${simulation.id}/invite`,
      body: { candidateName: `Candidate ${name}`, inviteEmail: email },
    },
    ({ candidateSessionId }) => candidateSessionId,
  );
  ledger.secrets.add(invited.token);
  const session = invited.candidateSessionId;
  accept('invitation', session);
  const candidate = await signIn(world, ledger, email, 'candidate');
  await candidate.post({ path: `/api/candidate/session/${invited.token}/verify` });
  accept('claim', session);
  for (let day = 1; day <= (number % 2 === 1 ? days : Math.min(days, 2)); day += 1) {
    const { currentTask } = await candidate.get<CurrentTask>(`/api/candidate/session/${session}/current_task`, session);
    if (!currentTask) throw new Error(`session ${session} has no task on day ${day}`);
    const tasks = `/api/tasks/${currentTask.id}`;
    const isCode = currentTask.type === 'code' || currentTask.type === 'debug';
    if (isCode)
      accept('test_run', await runTests(world, ledger, { candidate, tasks, session, login: `chaos-${name}` }));
    const body = isCode ? {} : { contentText: `Day ${day}: what I would do and why, in a few words.` };
    const submitted = await candidate.postTwice<{ submissionId: number }>(
      { path: `${tasks}/submit`, body, session },
      ({ submissionId }) => submissionId,
    );
    accept('submission', submitted.submissionId);
  }
  if (number % 2 === 1) accept('api_key', await makeApiKey(world, ledger, name));
}

interface CodingDay {
  readonly candidate: ApiClient;
  readonly tasks: string;
  readonly session: number;
  readonly login: string;
}

async function runTests(
  world: World,
  ledger: Ledger,
  { candidate, tasks, session, login }: CodingDay,
): Promise<string> {
  const account = await untilDone(() => world.github.user(login));
  ledger.secrets.add(account.token);
  await candidate.post({ path: `${tasks}/codespace/init`, body: { githubUsername: account.login }, session });
  const run = await candidate.postTwice<{ runId: number }>(
    { path: `${tasks}/run?wait=1`, session },
    ({ runId }) => runId,
  );
  for (let status = 'running'; status === 'running'; await pause(200)) {
    ({ status } = await candidate.get<{ status: string }>(`${tasks}/run/${run.runId}`, session));
  }
  return String(run.runId);
}

/** The answer shows the key once: who lost it is told that it was made. */
async function makeApiKey(world: World, ledger: Ledger, name: string): Promise<string> {
  const anonymous = new ApiClient(world.plan.addresses.api, 'none', ledger);
  const { seedPassword } = world.plan.secrets;
  const login = { path: '/api/v1/auth/login', body: { email: seedAdminEmail, password: seedPassword } };
  const { access_token, refresh_token } = (await anonymous.post<Token>(login)).body;
  ledger.secrets.add(refresh_token);
  const admin = new ApiClient(world.plan.addresses.api, access_token, ledger);
  const { body } = await admin.post<{ id: string; key?: string }>({
    path: '/api/v1/api-keys',
    body: { name: `Key of ${name}`, permissions: ['simulations.read'] },
    final: [409],
  });
  if (body.key !== undefined) ledger.secrets.add(body.key);
  return body.id;
}

async function signIn({ plan }: World, ledger: Ledger, email: string, role: Role): Promise<ApiClient> {
  const { dirs, addresses } = plan;
  const token = await mintToken({ keyFile: dirs.identityKey, issuer: addresses.issuer, email, role });
  return new ApiClient(addresses.api, token, ledger);
}

function simulationBody(name: string): object {
  return {
    title: `Simulation ${name}`,
    role: 'Backend Engineer',
    techStack: 'Node.js, TypeScript, Express',
    seniority: 'Mid',
    focus: 'Small careful changes',
    templateKey: 'node-express-ts',
  };
}

/** For the local GitHub's control calls, which may meet a dead one. */
async function untilDone<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === 120) throw error;
      await pause(250);
    }
  }
}
