import type { IncomingMessage } from 'node:http';
import { accountById, findByToken } from '../accounts.ts';
import { findInstallationToken } from '../apps.ts';
import type { Account, AppRecord, InstallationToken } from '../state.ts';
import type { World } from '../world.ts';
import { appOfJwt } from './app-jwt.ts';
import { GithubError } from './errors.ts';

/** By what a call is made: an account's token, an app's own (a JWT), or one of its installation. */
export type Credential =
  | { readonly kind: 'account' }
  | { readonly kind: 'app'; readonly app: AppRecord }
  | { readonly kind: 'installation'; readonly app: AppRecord; readonly token: InstallationToken };

export interface Caller {
  readonly actor: Account;
  readonly by: Credential;
}

function callerOf(world: World, token: string): Caller | undefined {
  const { state } = world.store;
  const account = findByToken(state, token);
  if (account) return { actor: account, by: { kind: 'account' } };
  const by: Credential | undefined = token.startsWith('eyJ')
    ? { kind: 'app', app: appOfJwt(world, token) }
    : asInstallation(world, token);
  const bot = by && by.kind !== 'account' ? accountById(state, by.app.botId) : undefined;
  return by && bot && { actor: bot, by };
}

function asInstallation(world: World, token: string): Credential | undefined {
  const found = findInstallationToken(world.store.state, token, world.now());
  return found && { kind: 'installation', ...found };
}

/** Who calls by `Authorization: token X` or `Bearer X`. Throws 401 with GitHub's words. */
export function authenticate(world: World, req: IncomingMessage): Caller {
  const header = req.headers.authorization;
  if (header === undefined) throw new GithubError(401, 'Requires authentication');
  const token = /^(?:token|bearer) (\S+)$/i.exec(header)?.[1];
  const caller = token === undefined ? undefined : callerOf(world, token);
  if (!caller) throw new GithubError(401, 'Bad credentials');
  return caller;
}
