import type { TestApi } from '../../support/api.ts';

/** What replies of several endpoints are read for. */
interface Told {
  readonly id: string;
  readonly key: string;
  readonly access_token: string;
  readonly refresh_token: string;
  readonly items: readonly object[];
  readonly user: { readonly id: string };
  readonly membership: { readonly id: string };
}

/** Calls of whichever API `current` gives: each test starts one of its own. */
export function callsOf(current: () => TestApi) {
  const post = (path: string, body: object, token?: string, headers: Readonly<Record<string, string>> = {}) =>
    current().call<Told>('post', path, { body, headers, ...(token !== undefined && { token }) });
  return {
    post,
    get: (path: string, token: string, headers: Readonly<Record<string, string>> = {}) =>
      current().call<Told>('get', path, { token, headers }),
    patch: (path: string, body: object, token: string) => current().call<Told>('patch', path, { body, token }),
    register: (name: string, email: string, password: string) =>
      post('/api/v1/auth/register', { name, email, password }),
  };
}
