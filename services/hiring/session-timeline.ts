import { rowsOf } from '../../core/database.ts';
import { AppError } from '../../core/errors.ts';
import type { UnitOfWork, UnitsOfWork } from '../../core/unit-of-work.ts';
import type { SessionStatus } from '../../domain/hiring/session.ts';
import { anonymous, systemActor, type SystemActor } from '../../domain/identity/actor.ts';
import type { AuditBody } from '../../domain/identity/audit-story.ts';
import { candidateSessionStart } from '../../workflows/hiring/candidate-session.contract.ts';
import { emailStart } from '../../workflows/mail/email.contract.ts';
import { testRunStart } from '../../workflows/workspaces/test-run.contract.ts';
import { workspaceStart } from '../../workflows/workspaces/workspace.contract.ts';

/** One entry of the audit trail about a session or what belongs to it. */
export interface TimelineEvent {
  readonly at: Date;
  readonly body: AuditBody;
  /** The workflow that the thing belongs to, as its row stands now. */
  readonly workflowId: string;
}

export interface SessionTimeline {
  readonly id: string;
  readonly orgSlug: string;
  readonly orgName: string;
  readonly simulationId: string;
  readonly simulationTitle: string;
  readonly candidateName: string;
  readonly inviteEmail: string;
  readonly status: SessionStatus;
  readonly generation: number;
  readonly expiresAt: Date;
  readonly workflowId: string;
  /** Oldest first. */
  readonly events: readonly TimelineEvent[];
}

type Facts = Omit<SessionTimeline, 'workflowId' | 'events'>;

/**
 * All that the audit trail knows of a session: itself, its mails, repositories, test runs and submissions. For operators: whoever may
 * run this may read every organisation.
 * @throws {AppError} CANDIDATE_SESSION_NOT_FOUND
 */
export async function readSessionTimeline(units: UnitsOfWork, sessionId: string): Promise<SessionTimeline> {
  const [place] = await units.read(anonymous, ({ db }) =>
    rowsOf<{ org_id: string }>(db, 'select org_id from lookup_session($1)', [sessionId]),
  );
  if (!place) throw new AppError('CANDIDATE_SESSION_NOT_FOUND');
  return units.read(systemActor(place.org_id, 'session-timeline'), (uow) => load(uow, sessionId));
}

async function load(uow: UnitOfWork<SystemActor>, sessionId: string): Promise<SessionTimeline> {
  const { orgId } = uow.actor;
  const [facts] = await rowsOf<Facts>(
    uow.db,
    `select s.id, o.slug as "orgSlug", o.name as "orgName", m.id as "simulationId", m.title as "simulationTitle",
            s.candidate_name as "candidateName", s.invite_email as "inviteEmail", s.status, s.generation, s.expires_at as "expiresAt"
     from candidate_sessions s join organizations o on o.id = s.org_id
     join simulations m on m.org_id = s.org_id and m.id = s.simulation_id
     where s.org_id = $1 and s.id = $2`,
    [orgId, sessionId],
  );
  if (!facts) throw new AppError('CANDIDATE_SESSION_NOT_FOUND');
  const entries = await rowsOf<{ at: Date; body: string; generation: number }>(
    uow.db,
    `with own (type, id, generation) as (
       select 'candidate_session', s.id::text, s.generation from candidate_sessions s where s.org_id = $1 and s.id = $2
       union all select 'email', e.id::text, 1 from emails e where e.org_id = $1 and e.candidate_session_id = $2
       union all select 'workspace', w.id::text, w.generation from workspaces w
         where w.org_id = $1 and w.candidate_session_id = $2
       union all select 'test_run', r.id::text, 1 from test_runs r where r.org_id = $1 and r.candidate_session_id = $2
       union all select 'submission', b.id::text, s.generation from submissions b
         join candidate_sessions s on s.org_id = b.org_id and s.id = b.candidate_session_id
         where b.org_id = $1 and b.candidate_session_id = $2
     )
     select a.at, a.body, own.generation from audit_entries a
     join own on own.type = a.resource_type and own.id = a.resource_id
     where a.org_id = $1 order by a.seq`,
    [orgId, sessionId],
  );
  const clockOf = (generation: number): string => candidateSessionStart({ orgId, sessionId, generation }).workflowId;
  const events = entries.map(({ at, body: text, generation }) => {
    const body = JSON.parse(text) as AuditBody;
    return { at, body, workflowId: workflowOf(orgId, body, generation) ?? clockOf(lifeOf(body) ?? generation) };
  });
  return { ...facts, workflowId: clockOf(facts.generation), events };
}

/** Of what has a workflow of its own. */
function workflowOf(orgId: string, { resource: { type, id }, after }: AuditBody, now: number): string | undefined {
  switch (type) {
    case 'email':
      return emailStart({ orgId, emailId: id }, '').workflowId;
    case 'test_run':
      return testRunStart({ orgId, runId: id, graceMs: 0 }, '').workflowId;
    case 'workspace': {
      const generation = numberIn(after, 'generation') ?? now;
      return workspaceStart({ orgId, workspaceId: id, generation }, '').workflowId;
    }
    default:
      return undefined;
  }
}

/** The life of the session that an entry is about, where it says so. */
function lifeOf({ after }: AuditBody): number | undefined {
  return numberIn(after, 'generation');
}

function numberIn(facts: Readonly<Record<string, unknown>> | undefined, key: string): number | undefined {
  const value = facts?.[key];
  return typeof value === 'number' ? value : undefined;
}
