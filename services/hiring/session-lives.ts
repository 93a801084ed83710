import type { UnitOfWork } from '../../core/unit-of-work.ts';
import { hasWorkspace } from '../../domain/hiring/blueprint.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import { workspaceRepository } from '../../domain/workspaces/workspace.ts';
import type { CandidateSession } from '../../models/candidate-session.ts';
import { Organization } from '../../models/organization.ts';
import { candidateSessionStart } from '../../workflows/hiring/candidate-session.contract.ts';
import { reopenWorkspaces } from '../workspaces/closing.ts';
import { requestWorkspace } from '../workspaces/provisioning.ts';
import { newInviteLink, type LinkSettings } from './invite-links.ts';
import { mailInvite } from './invite-mail.ts';
import { timeFor } from './session-time.ts';
import { tasksOf } from './simulations.ts';

/** The row of a session that begins anew: another generation, so another link and another clock; whoever had it has it no longer. */
export async function renewSession(
  uow: UnitOfWork<UserActor>,
  session: CandidateSession,
  links: LinkSettings,
): Promise<void> {
  const organization = await Organization.findByPk(uow.actor.orgId, { rejectOnEmpty: true });
  const generation = session.generation + 1;
  const invitedAt = await timeFor(uow, session);
  await session.update({
    ...newInviteLink(links, session.id, generation),
    generation,
    status: 'not_started',
    invitedAt,
    expiresAt: new Date(invitedAt.getTime() + organization.inviteLifeSeconds * 1000),
    claimedAt: null,
    startedAt: null,
    expiredAt: null,
    revokedAt: null,
    revokedReason: null,
    candidateIssuer: null,
    candidateSub: null,
    candidateEmail: null,
  });
}

/** The clock, the mail and the repositories of days 2 and 3; all of it after the commit, none of it awaited. */
export async function startSessionLife(
  uow: UnitOfWork<UserActor>,
  session: CandidateSession,
  repoPrefix: string,
): Promise<void> {
  uow.enqueue({
    start: candidateSessionStart({ orgId: session.orgId, sessionId: session.id, generation: session.generation }),
  });
  await mailInvite(uow, session);
  await reopenWorkspaces(uow, session.id);
  for (const task of await tasksOf(session.simulationId)) {
    if (!hasWorkspace(task.type) || task.templateRepo === null) continue;
    const wanted = { sessionId: session.id, taskId: task.id, templateRepo: task.templateRepo };
    await requestWorkspace(uow, { ...wanted, repoFullName: workspaceRepository({ ...wanted, repoPrefix }) });
  }
}
