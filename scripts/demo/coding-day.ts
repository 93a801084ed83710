import { solutionPatch } from '../../local/github/templates/index.ts';
import type { StackFile } from '../../local/supervisor/stack-file.ts';
import { eventually, type Call } from './api-client.ts';
import { cloneWorkspace } from './checkout.ts';
import { acceptInvitations, type GithubAccount } from './people.ts';

interface Workspace {
  readonly repoFullName: string;
  readonly repoUrl: string;
}

interface RunResult {
  readonly status: string;
  readonly runId: number;
  readonly passed: number | null;
  readonly failed: number | null;
  readonly total: number | null;
}

export interface CodingDay {
  readonly stack: StackFile;
  readonly candidate: Call;
  readonly account: GithubAccount;
  readonly session: number;
  readonly taskId: number;
  readonly day: 2 | 3;
  readonly templateKey: string;
  readonly out: (line: string) => void;
}

/** Plays a day in a repository: clone, a wrong fix whose tests fail, the right one whose tests pass, submit. */
export async function playCodingDay({
  stack,
  candidate,
  account,
  session,
  taskId,
  day,
  templateKey,
  out,
}: CodingDay): Promise<void> {
  const tasks = `/api/tasks/${taskId}`;
  const workspace = await eventually('the workspace repository', 120_000, async () => {
    const { status, body } = await candidate<Workspace>('POST', `${tasks}/codespace/init`, {
      body: { githubUsername: account.login },
      session,
      expect: [200, 409],
    });
    return status === 200 ? body : undefined;
  });
  await acceptInvitations(stack, account);
  out(`  day ${day}: repository ${workspace.repoUrl}`);
  const checkout = await cloneWorkspace({ repoUrl: workspace.repoUrl, ...account });
  try {
    const runTests = async (): Promise<RunResult> => {
      const { body } = await candidate<RunResult>('POST', `${tasks}/run?wait=30`, { body: {}, session });
      return eventually('the end of the test run', 120_000, async () => {
        const { body: now } = await candidate<RunResult>('GET', `${tasks}/run/${body.runId}`, { session });
        return now.status === 'running' ? undefined : now;
      });
    };
    for (const [name, says, expected] of [
      [`day-${day}-wrong`, 'a first try', 'failed'],
      [`day-${day}`, 'the right fix', 'passed'],
    ] as const) {
      await checkout.startOver();
      const commit = await checkout.pushPatch(solutionPatch(templateKey, name), `Day ${day}: ${says}`);
      const result = await runTests();
      out(
        `         pushed ${commit} (${says}); tests ${result.status}: ${result.passed} passed, ${result.failed} failed of ${result.total}`,
      );
      if (result.status !== expected)
        throw new Error(`day ${day}, ${says}: expected ${expected}, got ${result.status}`);
    }
    await candidate('POST', `${tasks}/submit`, { body: {}, session });
    out('         submitted');
  } finally {
    await checkout.remove();
  }
}
