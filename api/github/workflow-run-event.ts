import Joi from 'joi';
import { AppError } from '../../core/errors.ts';
import type { FinishedRun } from '../../domain/workspaces/test-run.ts';

/** A run that has ended, in a repository. */
export interface CompletedRun extends FinishedRun {
  readonly repoId: string;
}

interface Payload {
  readonly action: 'completed';
  readonly workflow_run: { readonly id: number; readonly conclusion: string; readonly head_sha: string };
  readonly repository: { readonly id: number };
}

const id = Joi.number().integer().positive().required();

const completed = Joi.object<Payload, true>({
  action: Joi.string().valid('completed').required(),
  workflow_run: Joi.object<Payload['workflow_run'], true>({
    id,
    conclusion: Joi.string()
      .pattern(/^[a-z_]{1,100}$/)
      .required(),
    head_sha: Joi.string()
      .pattern(/^[0-9a-f]{40,64}$/)
      .required(),
  }).required(),
  repository: Joi.object<Payload['repository'], true>({ id }).required(),
});

/** A ping is read to tell whoever sets the webhook up that it must send JSON. */
const READ = new Set(['ping', 'workflow_run']);

/** @returns null for anything but the end of a run @throws {AppError} MALFORMED_BODY */
export function readCompletedRun(event: string, body: Buffer): CompletedRun | null {
  if (!READ.has(event)) return null; // a push may have 25 MiB, which nobody needs as text
  let payload: unknown;
  try {
    payload = JSON.parse(body.toString());
  } catch (cause) {
    throw new AppError('MALFORMED_BODY', undefined, { cause });
  }
  if (event !== 'workflow_run') return null;
  const { error, value } = completed.validate(payload, { convert: false, stripUnknown: true });
  if (error) return null;
  const { workflow_run, repository } = value;
  return {
    repoId: String(repository.id),
    githubRunId: String(workflow_run.id),
    conclusion: workflow_run.conclusion,
    headSha: workflow_run.head_sha,
  };
}
