import type { UserActor } from '../../../../domain/identity/actor.ts';
import type { CallOptions, TestApi } from '../../../support/api.ts';

export interface Member {
  readonly user: {
    readonly id: string;
    readonly email: string;
    readonly full_name: string;
    readonly is_active: boolean;
  };
  readonly membership: Readonly<Record<string, unknown>> & { readonly id: string; readonly platform_status: string };
  readonly roles: readonly { readonly name: string }[];
  readonly user_status?: string;
  readonly membership_status?: string;
  readonly credentials_issued?: boolean;
  readonly detail?: string;
  readonly errorCode?: string;
}

export interface Members {
  readonly items: readonly Member[];
  readonly total: number;
  readonly next_cursor: string | null;
}

export const PATH = '/api/v1/org/users';

/** Calls about people; `owner` acts if nobody is named. */
export function people(api: TestApi, owner: UserActor) {
  const as = <Body = Member>(actor: UserActor, method: string, path: string, options: CallOptions = {}) =>
    api.call<Body>(method, path, { token: api.ownToken(actor), ...options });
  return {
    as,
    add: (body: object, actor = owner) => as(actor, 'post', PATH, { body }),
    change: (id: string, body: object, actor = owner) => as(actor, 'patch', `${PATH}/${id}`, { body }),
    remove: (id: string, actor = owner) => as(actor, 'delete', `${PATH}/${id}`),
    list: (query = '', actor = owner) => as<Members>(actor, 'get', PATH + query),
  };
}
