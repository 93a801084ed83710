import type { Permission } from './permissions.ts';

/** A member of an organisation, known by an account in the database. */
export interface UserActor {
  readonly kind: 'user';
  readonly orgId: string;
  readonly userId: string;
  /** The integer that clients of the hiring API see as `id`. */
  readonly userNumber: number;
  readonly email: string;
  readonly name: string;
  /** Of the organisation acted in, e.g. `local-co`. */
  readonly orgSlug: string;
  /** Names, sorted. */
  readonly roles: readonly string[];
  /** All of the catalogue for a superuser; with an API key no more than the key's. */
  readonly permissions: readonly Permission[];
  readonly isSuperuser: boolean;
  /** Set when a machine acts with this account's key. */
  readonly apiKeyId?: string;
  /** Where the account is, when a superuser acts in another organisation. */
  readonly homeOrgId?: string;
}

/** Who a candidate's token says they are; they have no account, and no organisation until a session is named. */
export interface CandidateIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string;
  /** `undefined` when the token does not say. */
  readonly emailVerified: boolean | undefined;
  readonly name: string;
}

/** A candidate whose organisation was found through a session or an invite token. */
export interface CandidateActor {
  readonly kind: 'candidate';
  readonly orgId: string;
  readonly identity: CandidateIdentity;
}

/** A signed-in candidate before a session has told the organisation; see `candidateActor`. */
export interface CandidateCaller {
  readonly kind: 'candidateIdentity';
  readonly orgId: null;
  readonly identity: CandidateIdentity;
}

/** Tenon itself: a workflow's activity, the relay, a webhook. */
export interface SystemActor {
  readonly kind: 'system';
  readonly orgId: string;
  /** Which part of Tenon acts, e.g. `workflow:test-run`. */
  readonly component: string;
}

/** Nobody known yet, and no tenant: only look-up functions answer. */
export interface AnonymousActor {
  readonly kind: 'anonymous';
  readonly orgId: null;
}

/** Whoever a unit of work is done for. */
export type Actor = UserActor | CandidateActor | SystemActor | AnonymousActor;

export const anonymous: AnonymousActor = { kind: 'anonymous', orgId: null };

/** The candidate, once a session or an invite token has told the organisation. */
export function candidateActor(orgId: string, identity: CandidateIdentity): CandidateActor {
  return { kind: 'candidate', orgId, identity };
}

/** The account in its own organisation: what people do to their account they do there. */
export function atHome({ homeOrgId, ...actor }: UserActor): UserActor {
  return { ...actor, orgId: homeOrgId ?? actor.orgId };
}

/** The system acting for one organisation. */
export function systemActor(orgId: string, component: string): SystemActor {
  return { kind: 'system', orgId, component };
}
