import { setTimeout as pause } from 'node:timers/promises';
import type { HttpCaller } from './http.ts';
import { concurrently } from './measure.ts';
import type { Stack } from './stack.ts';

/** Somebody on their second day, whose repository is ready. */
export interface Candidate {
  readonly caller: HttpCaller;
  readonly email: string;
  readonly taskId: number;
  /** The header that names their session. */
  readonly headers: Readonly<Record<string, string>>;
  /** `owner/name` */
  readonly repo: string;
  readonly workspaceId: string;
}

/** Each makes two repositories at the local GitHub, which is what it takes. */
const AT_ONCE = 3;
const TRIES = 20;

interface CurrentTask {
  readonly currentTask: { readonly id: number };
}

/** Recruiters of the local stack's two companies; each has an audit chain of its own. */
export const recruiterEmail = 'recruiter1@local.test';

/** Creates a simulation. @returns its id */
export async function createSimulation(recruiter: HttpCaller, title: string): Promise<number> {
  const body = JSON.stringify({
    title,
    role: 'Backend Engineer',
    techStack: 'Node.js, TypeScript, Express',
    seniority: 'Mid',
    focus: 'Small careful changes',
    templateKey: 'node-express-ts',
  });
  return (JSON.parse(await recruiter.call('/api/simulations', { method: 'POST', body })) as { id: number }).id;
}

/** Invites, claims, hands in the first day and opens the repository of the second, all through HTTP. */
export async function openWorkspaces(stack: Stack, count: number): Promise<Candidate[]> {
  const recruiter = await stack.signIn(recruiterEmail, 'recruiter');
  const simulation = await createSimulation(recruiter, 'Workspaces');
  const candidates: Candidate[] = [];
  await concurrently(count, AT_ONCE, async (index) => {
    candidates.push(await openWorkspace(stack, recruiter, simulation, `workspace${index}@bench.test`));
  });
  return candidates;
}

async function openWorkspace(
  stack: Stack,
  recruiter: HttpCaller,
  simulation: number,
  email: string,
): Promise<Candidate> {
  const invited = await recruiter.call(`/api/simulations/${simulation}/invite`, {
    method: 'POST',
    body: JSON.stringify({ candidateName: 'Candidate', inviteEmail: email }),
  });
  const { candidateSessionId: session, token } = JSON.parse(invited) as { candidateSessionId: number; token: string };
  const caller = await stack.signIn(email, 'candidate');
  const headers = { 'x-candidate-session-id': String(session) };
  const post = (path: string, body: object): Promise<string> =>
    caller.call(path, { method: 'POST', body: JSON.stringify(body), headers });
  const current = async (): Promise<number> => {
    const reply = await caller.call(`/api/candidate/session/${session}/current_task`, { headers });
    return (JSON.parse(reply) as CurrentTask).currentTask.id;
  };
  await post(`/api/candidate/session/${token}/verify`, {});
  await post(`/api/tasks/${await current()}/submit`, { contentText: 'The plan: small steps, each of them tested.' });
  const taskId = await current();
  const reply = await untilReady(() => post(`/api/tasks/${taskId}/codespace/init`, {}));
  const { repoFullName, workspaceId } = JSON.parse(reply) as { repoFullName: string; workspaceId: string };
  return { caller, email, taskId, headers, repo: repoFullName, workspaceId };
}

/** On a busy machine a repository may take longer than one request waits. */
async function untilReady(init: () => Promise<string>): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await init();
    } catch (error) {
      if (tries === TRIES || !(error instanceof Error) || !error.message.includes(': 409 ')) throw error;
      await pause(500);
    }
  }
}
