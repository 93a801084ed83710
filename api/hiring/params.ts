import Joi from 'joi';
import { AppError } from '../../core/errors.ts';

/** An integer id of the hiring API, kept as the text that bigint columns are compared with; below 1 is a 422. */
export const integerId = Joi.string()
  .pattern(/^[1-9]\d{0,17}$/)
  .messages({ 'string.pattern.base': '{{#label}} must be a positive integer' });

export const idParam = Joi.object<{ id: string }, true>({ id: integerId.required() });

/** The header that names the candidate's session on /api/tasks/*; missing is a 401 of its own, so it is optional here. */
export const sessionHeader = Joi.object<{ 'x-candidate-session-id'?: string }, true>({
  'x-candidate-session-id': integerId,
});

export const taskParam = Joi.object<{ taskId: string }, true>({ taskId: integerId.required() });

/** @throws {AppError} CANDIDATE_SESSION_HEADER_REQUIRED */
export function requireSessionHeader(headers: { readonly 'x-candidate-session-id'?: string }): string {
  const id = headers['x-candidate-session-id'];
  if (id === undefined) throw new AppError('CANDIDATE_SESSION_HEADER_REQUIRED');
  return id;
}
