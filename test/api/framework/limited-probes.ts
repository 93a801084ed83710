import Joi from 'joi';
import { account, candidate, everyone } from '../../../api/actors.ts';
import { empty, endpoint, type Endpoint } from '../../../api/endpoint.ts';
import { startApi } from '../../../api/http-server.ts';
import { counterStore } from '../../../core/counter-store.ts';
import { rateLimiter } from '../../../core/rate-limits.ts';
import type { TestApi } from '../../support/api.ts';

const done = () => Promise.resolve({ status: 204 as const, body: undefined });
const common = { summary: 'Counts', replies: { 204: empty }, errors: [], handle: done } as const;
const mayProbe = () => 'allowed' as const;

/** `read` and `write` are the defaults of its methods. */
export const readMine = endpoint({
  ...common,
  method: 'get',
  path: '/probe/mine',
  auth: account,
  may: mayProbe,
  input: {},
});
export const writeMine = endpoint({
  ...common,
  method: 'post',
  path: '/probe/mine',
  auth: account,
  may: mayProbe,
  input: { body: Joi.object<{ title: string }, true>({ title: Joi.string().required() }) },
});
export const runProbe = endpoint({
  ...common,
  method: 'post',
  path: '/probe/run',
  auth: candidate,
  may: mayProbe,
  limit: 'run',
  input: {},
});
export const openProbe = endpoint({
  ...common,
  method: 'get',
  path: '/probe/open',
  auth: everyone,
  may: 'public',
  input: {},
});
export const freeProbe = endpoint({
  ...common,
  method: 'get',
  path: '/probe/free',
  auth: everyone,
  may: 'public',
  limit: 'none',
  input: {},
});
export const signInProbe = endpoint({
  ...common,
  method: 'post',
  path: '/probe/sign-in',
  auth: everyone,
  may: 'public',
  limit: 'sign_in',
  limitBy: ({ body: { email } }) => email,
  input: { body: Joi.object<{ email: string }, true>({ email: Joi.string().required() }) },
});

/** Sends as a proxy in front of the API does that saw this address. */
export const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address });

export interface Replica {
  readonly url: string;
  close(): Promise<void>;
}

/** Another process of the same API, as far as limits go: the same database, nothing else in common. */
export async function replicaOf(api: TestApi, endpoints: readonly Endpoint[]): Promise<Replica> {
  const counters = counterStore(api.settings.database.url, api.app.log);
  const app = { ...api.app, limits: rateLimiter(counters, api.settings.rateLimits) };
  const running = await startApi({ app, endpoints, port: 0, host: '127.0.0.1' });
  return {
    url: running.url,
    async close() {
      await running.close(1_000);
      await counters.close();
    },
  };
}
