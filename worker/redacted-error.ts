import { messageOf } from '../core/errors.ts';
import { redactSecrets, truncate } from '../domain/workspaces/text.ts';

const LIMIT = 500;

/** What may be kept or logged of an error from outside: its name and its message without secrets. */
export function redactedError(error: unknown): { readonly name: string; readonly message: string } {
  const name = error instanceof Error ? error.name : typeof error;
  return { name, message: truncate(redactSecrets(messageOf(error)), LIMIT).text };
}
