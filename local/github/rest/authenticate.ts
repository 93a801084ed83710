import type { IncomingMessage } from 'node:http';
import { findByToken } from '../accounts.ts';
import type { Account, State } from '../state.ts';
import { GithubError } from './errors.ts';

/** The account of `Authorization: token X` or `Bearer X`. Throws 401 with GitHub's words. */
export function authenticate(state: State, req: IncomingMessage): Account {
  const header = req.headers.authorization;
  if (header === undefined) throw new GithubError(401, 'Requires authentication');
  const token = /^(?:token|bearer) (\S+)$/i.exec(header)?.[1];
  const account = token === undefined ? undefined : findByToken(state, token);
  if (!account) throw new GithubError(401, 'Bad credentials');
  return account;
}
