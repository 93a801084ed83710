import { AppError } from '../../core/errors.ts';
import type { Client } from './client.ts';
import { statusOf, wordsOf } from './errors.ts';
import type { Dispatch, GithubForge } from './forge.ts';
import { idOf, parts, workflowFiles } from './names.ts';

/** For the names that come after one that GitHub does not know. */
const OTHER_NAMES_MS = 6_000;

interface TimedDispatch extends Dispatch {
  readonly signal: AbortSignal;
}

/**
 * Starts a run by the first of the workflow's names that GitHub knows. It is sent again only after an answer that says
 * that nothing was started: 404 for the name, 422 for inputs that the file does not declare.
 * After the time for a call and some for another name nothing is sent any more, because the caller has given up then.
 */
export function dispatchCall(
  client: Client,
  { timeoutMs }: { readonly timeoutMs: number },
): Pick<GithubForge, 'dispatchWorkflow'> {
  async function send({ repo, ref, signal }: TimedDispatch, workflowFile: string, inputs: Dispatch['inputs']) {
    const reply: { data: unknown } = await client.rest.actions.createWorkflowDispatch({
      ...parts(repo),
      workflow_id: workflowFile,
      ref,
      inputs,
      return_run_details: true,
      request: { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) },
    });
    return { githubRunId: runIdOf(reply.data) };
  }

  async function sendWithKnownInputs(dispatch: TimedDispatch, workflowFile: string) {
    try {
      return await send(dispatch, workflowFile, dispatch.inputs);
    } catch (error) {
      const refused = refusedInputs(error);
      if (refused.length === 0 || !refused.every((name) => dispatch.optionalInputs.includes(name))) throw error;
      const kept = Object.entries(dispatch.inputs).filter(([name]) => !refused.includes(name));
      return send(dispatch, workflowFile, Object.fromEntries(kept));
    }
  }

  return {
    async dispatchWorkflow(given) {
      const dispatch = { ...given, signal: AbortSignal.timeout(timeoutMs + OTHER_NAMES_MS) };
      const [configured, ...others] = workflowFiles(dispatch.workflowFile);
      for (const file of [configured ?? '', ...others]) {
        try {
          return await sendWithKnownInputs(dispatch, file);
        } catch (error) {
          if (statusOf(error) === 422 && /no ref found/i.test(wordsOf(error)))
            throw new AppError('INVALID_BRANCH_NAME');
          if (statusOf(error) !== 404 || file === others.at(-1)) throw error;
        }
      }
      throw new AppError('GITHUB_NOT_FOUND');
    },
  };
}

/** From `Unexpected inputs provided: ["tenon_run", "tenon_day"]`; empty for any other refusal. */
function refusedInputs(error: unknown): string[] {
  if (statusOf(error) !== 422) return [];
  const list = /unexpected inputs provided: (\[[^\]]*\])/i.exec(wordsOf(error))?.[1];
  if (list === undefined) return [];
  return [...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name ?? '');
}

function runIdOf(reply: unknown): string | null {
  if (typeof reply !== 'object' || reply === null || !('workflow_run_id' in reply)) return null;
  return idOf(reply.workflow_run_id, 'dispatchWorkflow');
}
