import { permit } from '../../../core/permit.ts';
import { mayReadOwnAccount } from '../../../domain/identity/policies.ts';
import { ownAccount, recruiter } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { loadOwn } from './load-own.ts';
import { ownAccountReply, presentedMe, presentMe, presentOwnAccount } from './present-me.ts';

export const readMe = endpoint({
  method: 'get',
  path: '/api/auth/me',
  summary: 'The signed-in recruiter',
  auth: recruiter,
  may: mayReadOwnAccount,
  input: {},
  replies: { 200: presentedMe },
  errors: [],
  async handle({ actor }) {
    permit(mayReadOwnAccount(actor));
    return { status: 200, body: presentMe(actor) };
  },
});

const readOwnAccount = (path: string) =>
  endpoint({
    method: 'get',
    path,
    summary: 'The signed-in account with its organisation, roles and permissions',
    auth: ownAccount,
    may: mayReadOwnAccount,
    input: {},
    replies: { 200: ownAccountReply },
    errors: [],
    dialect: { malformedAuthorizationStatus: 403 },
    async handle({ app, actor }) {
      permit(mayReadOwnAccount(actor));
      return { status: 200, body: presentOwnAccount(await loadOwn(app, actor)) };
    },
  });

/** One handler under the names that two systems gave it. */
export const readOwnAccounts = ['/users/me', '/api/v1/auth/me'].map(readOwnAccount);
