import { containing, rowsOf } from '../../core/database.ts';
import { permit } from '../../core/permit.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import { mayReadSimulation, type SimulationFacts } from '../../domain/hiring/policies.ts';
import type { SessionStatus } from '../../domain/hiring/session.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import type { EmailStatus } from '../../domain/mail/email.ts';
import { AppError } from '../../core/errors.ts';

export interface CandidateRow {
  readonly id: string;
  readonly generation: number;
  readonly inviteEmail: string;
  readonly candidateName: string;
  readonly status: SessionStatus;
  readonly startedAt: Date | null;
  readonly completedAt: Date | null;
  readonly expiresAt: Date;
  readonly hasFitProfile: boolean;
  readonly emailStatus: EmailStatus | null;
  readonly emailSentAt: Date | null;
  readonly emailError: string | null;
}

export interface CandidatePage {
  readonly limit: number;
  /** Only sessions with a smaller id. */
  readonly before?: string;
  readonly status?: SessionStatus;
  /** Part of a name or an address, in any case. */
  readonly search?: string;
}

/**
 * The candidates of a simulation, newest first, each with its last invitation mail; read together with whose it is.
 * @throws {AppError} SIMULATION_NOT_FOUND, also for another's
 */
export async function listCandidates(
  { actor, db }: UnitOfWork<UserActor>,
  simulationId: string,
  { limit, before, status, search }: CandidatePage,
): Promise<CandidateRow[]> {
  const found = await rowsOf<SimulationFacts & (CandidateRow | { readonly id: null })>(
    db,
    `select sim.created_by as "createdBy", c.*
     from simulations sim
     left join lateral (
       select s.id, s.generation, s.invite_email as "inviteEmail", s.candidate_name as "candidateName", s.status,
              s.started_at as "startedAt", s.completed_at as "completedAt", s.expires_at as "expiresAt",
              exists (select from fit_profiles f where f.org_id = s.org_id and f.candidate_session_id = s.id) as "hasFitProfile",
              e.status as "emailStatus", e.sent_at as "emailSentAt", e.last_error as "emailError"
       from candidate_sessions s
       left join lateral (
         select m.status, m.sent_at, m.last_error from emails m
         where m.org_id = s.org_id and m.candidate_session_id = s.id and m.kind = 'invitation' order by m.created_at desc limit 1
       ) e on true
       where s.org_id = sim.org_id and s.simulation_id = sim.id and ($3::bigint is null or s.id < $3)
         and ($5::text is null or s.status = $5)
         and ($6::text is null or s.candidate_name ilike $6 or s.invite_email ilike $6)
       order by s.id desc limit $4
     ) c on true
     where sim.org_id = $1 and sim.id = $2
     order by c.id desc`,
    [
      actor.orgId,
      simulationId,
      before ?? null,
      limit,
      status ?? null,
      search === undefined ? null : containing(search),
    ],
  );
  const [simulation] = found;
  if (!simulation) throw new AppError('SIMULATION_NOT_FOUND');
  permit(mayReadSimulation(actor, simulation), { hidden: 'SIMULATION_NOT_FOUND' });
  return found.filter((row) => row.id !== null);
}
