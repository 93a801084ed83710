import { setTimeout as pause } from 'node:timers/promises';
import type { TokenPair } from '../../api/identity/auth/token-pair.ts';
import { seedAdminEmail } from '../../local/environment.ts';
import { mintToken } from '../../local/identity/mint.ts';
import type { Role } from '../../local/identity/people.ts';
import { ApiClient, type Accepted, type Ledger } from './client.ts';
import type { World } from './world.ts';

/** Where a client acts, and what it notes of what it was promised. */
export interface Scene {
  readonly world: World;
  readonly ledger: Ledger;
  /** Tells this life from every other in the world. */
  readonly name: string;
}

interface CurrentTask {
  readonly isComplete: boolean;
  readonly currentTask: { readonly id: number; readonly type: string } | null;
}

export interface InvitedCandidate {
  readonly session: number;
  readonly token: string;
  readonly email: string;
  readonly simulation: number;
}

export function accept({ ledger }: Scene, kind: Accepted['kind'], id: unknown): void {
  ledger.accepted.push({ kind, id: String(id) });
}

/** A simulation of its own, and one candidate for it. */
export async function inviteSomebody(scene: Scene, recruiter: ApiClient): Promise<InvitedCandidate> {
  const { ledger, name } = scene;
  const email = `${name}@chaos.test`;
  const { id: simulation } = await recruiter.postTwice<{ id: number }>(
    { path: '/api/simulations', body: simulationBody(name) },
    ({ id }) => id,
  );
  accept(scene, 'simulation', simulation);
  const invited = await recruiter.postTwice<{ candidateSessionId: number; token: string }>(
    inviteTo(simulation, name),
    ({ candidateSessionId }) => candidateSessionId,
  );
  ledger.secrets.add(invited.token);
  accept(scene, 'invitation', invited.candidateSessionId);
  return { session: invited.candidateSessionId, token: invited.token, email, simulation };
}

export function inviteTo(simulation: number, name: string): { path: string; body: object } {
  const body = { candidateName: `Candidate ${name}`, inviteEmail: `${name}@chaos.test` };
  return { path: `/api/simulations/${simulation}/invite`, body };
}

/** Claims the session and works so many days of it. */
export async function work(scene: Scene, { session, token, email }: InvitedCandidate, days: number): Promise<void> {
  const { world, ledger, name } = scene;
  const candidate = await signIn(scene, email, 'candidate');
  await candidate.post({ path: `/api/candidate/session/${token}/verify` });
  accept(scene, 'claim', session);
  for (let day = 1; day <= days; day += 1) {
    const { currentTask } = await candidate.get<CurrentTask>(`/api/candidate/session/${session}/current_task`, session);
    if (!currentTask) throw new Error(`session ${session} has no task on day ${day}`);
    const tasks = `/api/tasks/${currentTask.id}`;
    const isCode = currentTask.type === 'code' || currentTask.type === 'debug';
    if (isCode)
      accept(scene, 'test_run', await runTests(world, ledger, { candidate, tasks, session, login: `chaos-${name}` }));
    const body = isCode ? {} : { contentText: `Day ${day}: what I would do and why, in a few words.` };
    const submitted = await candidate.postTwice<{ submissionId: number }>(
      { path: `${tasks}/submit`, body, session },
      ({ submissionId }) => submissionId,
    );
    accept(scene, 'submission', submitted.submissionId);
  }
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

/** With the password of the seed. */
export async function signInAsAdmin({ world, ledger }: Scene): Promise<ApiClient> {
  const anonymous = new ApiClient(world.apis, 'none', ledger);
  const { seedPassword } = world.plan.secrets;
  const login = { path: '/api/v1/auth/login', body: { email: seedAdminEmail, password: seedPassword } };
  const { access_token, refresh_token } = (await anonymous.post<TokenPair>(login)).body;
  ledger.secrets.add(refresh_token);
  return new ApiClient(world.apis, access_token, ledger);
}

/** The answer shows the key once: who lost it is told that it was made. */
export async function makeApiKey(scene: Scene): Promise<string> {
  const { ledger, name } = scene;
  const { body } = await (
    await signInAsAdmin(scene)
  ).post<{ id: string; key?: string }>({
    path: '/api/v1/api-keys',
    body: { name: `Key of ${name}`, permissions: ['simulations.read'] },
    final: [409],
  });
  if (body.key !== undefined) ledger.secrets.add(body.key);
  return body.id;
}

export async function signIn({ world, ledger }: Scene, email: string, role: Role): Promise<ApiClient> {
  const { dirs, addresses } = world.plan;
  const token = await mintToken({ keyFile: dirs.identityKey, issuer: addresses.issuer, email, role });
  return new ApiClient(world.apis, token, ledger);
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
