import { rowsOf } from '../../core/database.ts';
import { permit } from '../../core/permit.ts';
import type { UnitOfWork, UnitsOfWork } from '../../core/unit-of-work.ts';
import { mayReadOwnInvite, type SessionOwnership } from '../../domain/hiring/policies.ts';
import type { SessionStatus } from '../../domain/hiring/session.ts';
import { anonymous, candidateActor, type CandidateActor, type CandidateIdentity } from '../../domain/identity/actor.ts';

/** An invite as its candidate sees it in the list of theirs. */
export interface OwnInvite extends SessionOwnership {
  readonly id: string;
  readonly orgId: string;
  readonly simulationId: string;
  readonly simulationTitle: string;
  readonly role: string;
  readonly inviteEmail: string;
  readonly companyName: string;
  readonly status: SessionStatus;
  readonly generation: number;
  readonly tokenKeyId: string;
  readonly invitedAt: Date;
  readonly expiresAt: Date;
  readonly isExpired: boolean;
  /** The last hand-in, else the claim. */
  readonly lastActivityAt: Date | null;
  readonly completed: number;
  readonly total: number;
}

/** More invites than a person has; the newest are shown. */
const MOST = 200;

/**
 * What a candidate was invited to, in every organisation, newest first: what they have claimed, and what waits at their address.
 * An address that the provider calls unverified shows nothing that was not claimed. Revoked ones are not shown.
 */
export async function listOwnInvites(units: UnitsOfWork, identity: CandidateIdentity): Promise<OwnInvite[]> {
  const address = identity.emailVerified === false ? null : identity.email;
  const places = await units.read(anonymous, ({ db }) =>
    rowsOf<{ id: string; org_id: string }>(
      db,
      'select id, org_id from lookup_sessions_of($1, $2, $3) order by id desc limit $4',
      [address, identity.issuer, identity.subject, MOST],
    ),
  );
  const found: OwnInvite[] = [];
  for (const orgId of new Set(places.map(({ org_id }) => org_id))) {
    const ids = places.filter(({ org_id }) => org_id === orgId).map(({ id }) => id);
    found.push(...(await units.read(candidateActor(orgId, identity), (uow) => load(uow, ids))));
  }
  return found.sort((a, b) => b.invitedAt.getTime() - a.invitedAt.getTime() || Number(b.id) - Number(a.id));
}

async function load({ actor, db }: UnitOfWork<CandidateActor>, ids: readonly string[]): Promise<OwnInvite[]> {
  const invites = await rowsOf<OwnInvite>(
    db,
    `select s.id, s.org_id as "orgId", s.invite_email as "inviteEmail", s.candidate_issuer as "candidateIssuer",
            s.candidate_sub as "candidateSub", s.simulation_id as "simulationId", m.title as "simulationTitle", m.role,
            o.name as "companyName", s.status, s.generation, s.token_key_id as "tokenKeyId", s.invited_at as "invitedAt",
            s.expires_at as "expiresAt",
            s.status = 'expired' or (s.status in ('not_started', 'in_progress') and s.expires_at <= now()) as "isExpired",
            coalesce(d.last, s.claimed_at) as "lastActivityAt", coalesce(d.completed, 0)::int as completed,
            (select count(*)::int from simulation_tasks t
             where t.org_id = s.org_id and t.simulation_id = s.simulation_id) as total
     from candidate_sessions s
     join simulations m on m.org_id = s.org_id and m.id = s.simulation_id
     join organizations o on o.id = s.org_id
     left join lateral (
       select count(*) as completed, max(b.submitted_at) as last from submissions b
       where b.org_id = s.org_id and b.candidate_session_id = s.id
     ) d on true
     where s.org_id = $1 and s.id = any($2::bigint[]) and s.status <> 'revoked'
       and case when s.candidate_sub is null then s.invite_email = $5 else s.candidate_sub = $3 and s.candidate_issuer = $4 end`,
    [actor.orgId, ids, actor.identity.subject, actor.identity.issuer, actor.identity.email],
  );
  for (const invited of invites) permit(mayReadOwnInvite(actor, invited), { hidden: 'CANDIDATE_SESSION_NOT_FOUND' });
  return invites;
}
