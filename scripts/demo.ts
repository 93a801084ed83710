import { urlOf, type StackFile } from '../local/supervisor/stack-file.ts';
import { sessionRef } from '../workflows/hiring/candidate-session.contract.ts';
import { eventually, type Call } from './demo/api-client.ts';
import { playCodingDay } from './demo/coding-day.ts';
import { githubAccount, mailTo, signIn } from './demo/people.ts';

const TEMPLATE = 'node-express-ts';

interface Simulation {
  readonly id: number;
}

interface Invited {
  readonly candidateSessionId: number;
  readonly sessionWorkflowUrl: string;
}

interface CurrentTask {
  readonly isComplete: boolean;
  readonly status: string;
  readonly currentTask: { readonly id: number; readonly type: string; readonly title: string } | null;
}

interface Candidate {
  readonly candidateSessionId: number;
  readonly status: string;
}

interface Detail {
  readonly contentText: string | null;
  readonly testResults: { readonly status: string; readonly passed: number; readonly failed: number } | null;
  readonly diffSummary: {
    readonly ahead_by: number;
    readonly files: readonly { readonly filename: string; readonly additions: number; readonly deletions: number }[];
  } | null;
}

/**
 * Plays one candidate's five days over the public HTTP API and real git, and one candidate who never comes.
 * @throws when anything does not go as it should
 */
export async function playDemo(stack: StackFile, out: (line: string) => void): Promise<void> {
  const mark = Date.now().toString(36);
  const recruiter = await signIn(stack, 'recruiter1@local.test', 'recruiter');
  const quickRecruiter = await signIn(stack, 'recruiter@quickco.test', 'recruiter');
  out('\nA candidate’s five days');

  const absent = await createAndInvite(
    quickRecruiter,
    `Nobody comes ${mark}`,
    'Absent Abby',
    `absent-${mark}@example.test`,
  );
  out('  a second candidate is invited by QuickCo, whose invites live 20 s');

  const email = `casey-${mark}@example.test`;
  const { simulation, invited } = await createAndInvite(
    recruiter,
    `Backend Engineer ${mark}`,
    'Casey Candidate',
    email,
  );
  out(`  recruiter created simulation ${simulation.id} and invited ${email}`);
  const mail = await eventually('the invitation mail', 30_000, () => mailTo(stack, email));
  const token = /\/candidate\/session\/([\w-]{43})/.exec(mail.text)?.[1];
  if (token === undefined) throw new Error('the mail has no link');
  out(`  mail in the mailbox: “${mail.subject}”`);

  const candidate = await signIn(stack, email, 'candidate');
  const session = invited.candidateSessionId;
  await candidate('POST', `/api/candidate/session/${token}/verify`);
  out(`  candidate claimed session ${session}; the work clock runs`);
  await playDays(stack, candidate, session, `casey-${mark}`, out);
  await showReview(recruiter, session, out);

  const status = await eventually('the second candidate’s expiry', 60_000, async () => {
    const path = `/api/simulations/${absent.simulation.id}/candidates`;
    const { body } = await quickRecruiter<readonly Candidate[]>('GET', path);
    const found = body.find(({ candidateSessionId }) => candidateSessionId === absent.invited.candidateSessionId);
    return found?.status === 'expired' ? found.status : undefined;
  });
  out(
    `  the candidate who never came: session ${absent.invited.candidateSessionId} is ${status}, by its workflow’s timer`,
  );
  out(`  in the Temporal UI, the session’s clock: ${invited.sessionWorkflowUrl}`);
  out(`  and every workflow of the session: ${workflowsOf(stack, session)}`);
}

function workflowsOf(stack: StackFile, session: number): string {
  const query = encodeURIComponent(`TenonRef="${sessionRef(String(session))}"`);
  return `${urlOf(stack, 'temporal', 'ui')}/namespaces/default/workflows?query=${query}`;
}

async function createAndInvite(recruiter: Call, title: string, candidateName: string, inviteEmail: string) {
  const { body: simulation } = await recruiter<Simulation>('POST', '/api/simulations', {
    body: {
      title,
      role: 'Backend Engineer',
      techStack: 'Node.js, TypeScript, Express',
      seniority: 'Mid',
      focus: 'Reading unfamiliar code, small careful changes',
      templateKey: TEMPLATE,
    },
  });
  const { body: invited } = await recruiter<Invited>('POST', `/api/simulations/${simulation.id}/invite`, {
    body: { candidateName, inviteEmail },
  });
  return { simulation, invited };
}

async function playDays(
  stack: StackFile,
  candidate: Call,
  session: number,
  login: string,
  out: (line: string) => void,
): Promise<void> {
  const account = await githubAccount(stack, login);
  for (let day = 1; ; day += 1) {
    const { body } = await candidate<CurrentTask>('GET', `/api/candidate/session/${session}/current_task`);
    if (body.isComplete || !body.currentTask) {
      out(`  the session is ${body.status}`);
      return;
    }
    const { id: taskId, type, title } = body.currentTask;
    if (type === 'code' || type === 'debug') {
      await playCodingDay({
        stack,
        candidate,
        account,
        session,
        taskId,
        day: day === 2 ? 2 : 3,
        templateKey: TEMPLATE,
        out,
      });
    } else {
      const contentText = `${title}: what I would do, why, and what I leave to the next engineer.`;
      await candidate('POST', `/api/tasks/${taskId}/submit`, { body: { contentText }, session });
      out(`  day ${day}: “${title}” handed in as text`);
    }
  }
}

async function showReview(recruiter: Call, session: number, out: (line: string) => void): Promise<void> {
  const { body } = await recruiter<{ readonly items: readonly { submissionId: number; dayIndex: number }[] }>(
    'GET',
    `/api/submissions?candidateSessionId=${session}`,
  );
  out(`  recruiter reads ${body.items.length} submissions`);
  for (const { submissionId, dayIndex } of body.items.toSorted((a, b) => a.dayIndex - b.dayIndex)) {
    const { body: detail } = await recruiter<Detail>('GET', `/api/submissions/${submissionId}`);
    const { testResults, diffSummary } = detail;
    if (!testResults) continue;
    out(`    day ${dayIndex}: tests ${testResults.status}, ${testResults.passed} passed, ${testResults.failed} failed`);
    out(`           diff: ${diffSummary?.ahead_by} commits ahead of the template`);
    for (const file of diffSummary?.files ?? [])
      out(`             ${file.filename}  +${file.additions} −${file.deletions}`);
  }
}
