import { ApplicationFailure } from '@temporalio/common';
import { AppError } from '../../core/errors.ts';
import { systemActor } from '../../domain/identity/actor.ts';
import { beginEffect, settleEffect, type Effect } from '../../services/effects.ts';
import { inputsOf, ownInputs } from '../../services/workspaces/run-inputs.ts';
import { loadRun, recordDispatched, type RunAtWork } from '../../services/workspaces/run-records.ts';
import { dispatchKey } from '../../services/workspaces/turn-keys.ts';
import { wasToldUnmatched } from '../../services/workspaces/webhook-deliveries.ts';
import { attemptOf, notYet, type WorkspaceParts } from './parts.ts';

const COMPONENT = 'workflow:test-run';
/** GitHub has taken the run and not said its id: kept with the attempt in which that was. */
const ACCEPTED = 'accepted';
/** A run that GitHub has taken is listed within seconds. */
const LOOKS = 10;
const LOOK_AGAIN_MS = 1_000;

export interface RunInput {
  readonly orgId: string;
  readonly runId: string;
}

export interface DispatchedRun {
  readonly githubRunId: string;
  /** GitHub told the end of the run before its id was ours: no webhook is to be waited for. */
  readonly endTold?: true;
}

/**
 * Starts the run at GitHub, at most once however often this is tried: the intent is committed first, and who finds one
 * without an outcome looks for the run by its marker before sending again. The window that is left: a process dies
 * between GitHub's taking the run and GitHub's listing it, and the next try comes within that moment (Temporal makes it
 * only after the activity's time limit). Then GitHub runs the tests twice; we read the second run.
 *
 * Fails fast, because a candidate waits: what GitHub refuses or does not answer ends the run. A call whose turn has not come
 * was never made: it is tried again.
 */
export function dispatchActivity({ units, forge, turns, owners, settings }: WorkspaceParts) {
  return {
    dispatchRun: async ({ orgId, runId }: RunInput): Promise<DispatchedRun> => {
      try {
        const { repoId, ...dispatched } = await dispatch(orgId, runId);
        const isTold = await units.read(systemActor(orgId, COMPONENT), (uow) =>
          wasToldUnmatched(uow, { repoId, ...dispatched }),
        );
        return { ...dispatched, ...(isTold && { endTold: true }) };
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        throw ApplicationFailure.nonRetryable(error.message, error.code);
      }
    },
  };

  async function dispatch(orgId: string, runId: string): Promise<{ githubRunId: string; repoId: string }> {
    const actor = systemActor(orgId, COMPONENT);
    const key = `dispatch/${runId}`;
    const { effect, ...facts } = await units.write(actor, async (uow) => {
      const { run, workspace } = await loadRun(runId);
      if (run.githubRunId === null && run.status !== 'queued') {
        throw new AppError('CONFLICT', `Test run ${runId} has ended already`);
      }
      const effect = run.githubRunId === null ? await beginEffect(uow, key) : null;
      return { run, workspace, inputs: await inputsOf(run), effect };
    });
    const repoId = facts.workspace.repoId ?? '0';
    if (effect === null) return { githubRunId: facts.run.githubRunId ?? '', repoId };
    const settle = (state: 'done' | 'unknown', farRef: string | null): Promise<void> =>
      units.write(actor, (uow) => settleEffect(uow, key, { state, farRef }));
    const githubRunId = await startOnce(facts, effect, settle);
    await units.write(actor, async (uow) => {
      await settleEffect(uow, key, { state: 'done', farRef: githubRunId });
      await recordDispatched(uow, owners, { runId, githubRunId });
    });
    return { githubRunId, repoId };
  }

  async function startOnce(
    { run, workspace, inputs }: RunAtWork & { readonly inputs: Readonly<Record<string, string>> },
    effect: Effect,
    settle: (state: 'done' | 'unknown', farRef: string | null) => Promise<void>,
  ): Promise<string> {
    if (effect.state === 'done' && effect.farRef !== null) return effect.farRef;
    const look = async (): Promise<string | undefined> =>
      (await forge.findRunByMarker(workspace.repoFullName, run.id))?.id;
    const acceptedAt = acceptedIn(effect);
    if (acceptedAt !== undefined) {
      const isEarly = attemptOf() - acceptedAt < LOOKS;
      const found = await (isEarly ? look().catch(askLater) : look());
      if (found !== undefined) return found;
      throw isEarly ? notListed() : new AppError('GITHUB_UNAVAILABLE');
    }
    if (!effect.isNew) {
      const found = await look();
      if (found !== undefined) return found;
    }
    if (effect.state === 'unknown') throw new AppError('GITHUB_UNAVAILABLE');
    let taken: { githubRunId: string | null };
    try {
      const wanted = { orgId: run.orgId, key: dispatchKey(run.id), priority: 'candidate' } as const;
      taken = await turns.inTurn(wanted, () =>
        forge.dispatchWorkflow({
          repo: workspace.repoFullName,
          workflowFile: settings.github.workflowFile,
          ref: run.branch,
          inputs,
          optionalInputs: ownInputs,
        }),
      );
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'GITHUB_UNAVAILABLE') throw error;
      await settle('unknown', null); // the answer was lost, perhaps not the call: from now on only look
      const found = await look().catch(() => undefined);
      if (found !== undefined) return found;
      throw error;
    }
    if (taken.githubRunId !== null) return taken.githubRunId;
    await settle('unknown', `${ACCEPTED}/${attemptOf()}`);
    const found = await look().catch(askLater); // GitHub runs it: whatever hinders the look must not end it
    if (found !== undefined) return found;
    throw notListed();
  }
}

/** In which attempt GitHub took the run without saying its id; undefined when it did not. */
function acceptedIn({ state, farRef }: Effect): number | undefined {
  const [what, attempt = '1'] = farRef?.split('/') ?? [];
  return state === 'unknown' && what === ACCEPTED ? Number(attempt) : undefined;
}

function notListed(delayMs = LOOK_AGAIN_MS): ApplicationFailure {
  return notYet('RUN_NOT_LISTED', 'GitHub has taken the run and does not list it yet', delayMs);
}

function askLater(error: unknown): never {
  throw error instanceof AppError ? notListed(waitOf(error)) : error;
}

function waitOf({ retryAfterSeconds }: AppError): number {
  return retryAfterSeconds === undefined ? LOOK_AGAIN_MS : retryAfterSeconds * 1_000;
}
