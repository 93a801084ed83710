import { createLogger } from '../../core/logger.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { CandidateActor, SystemActor, UserActor } from '../../domain/identity/actor.ts';
import { beginCleanup, readForCleanup } from '../../services/workspaces/cleanup.ts';
import {
  nextClosingStep,
  recordClosed,
  recordReopened,
  recordRevoked,
} from '../../services/workspaces/closing-records.ts';
import { closeWorkspaces, lookAgain, reopenWorkspaces } from '../../services/workspaces/closing.ts';
import { loadUnprotected, recordProtection } from '../../services/workspaces/protection-records.ts';
import { recordRepository } from '../../services/workspaces/repository-records.ts';
import {
  loadProvisioning,
  recordProvisioningFailed,
  recordProvisioningStarted,
  recordReady,
} from '../../services/workspaces/provisioning-records.ts';
import { recordPush, recordRunHead } from '../../services/workspaces/pushes.ts';
import {
  loadLookFacts,
  recordLook,
  recordLookInVain,
  recordRepositoryTold,
} from '../../services/workspaces/repository-looks.ts';
import { withdrawAccess } from '../../services/workspaces/withdraw-access.ts';
import { requestWorkspace } from '../../services/workspaces/provisioning.ts';
import { taskOf } from '../support/factories-hiring.ts';
import type { Side } from './sides.ts';

export type Attempts<A extends UserActor | CandidateActor | SystemActor> = Readonly<
  Record<string, (uow: UnitOfWork<A>, theirs: Side) => Promise<unknown>>
>;

const life = ({ requested: { id, generation } }: Side) => ({ workspaceId: id, generation });
const closedLife = ({ reopening: { id, generation } }: Side) => ({ workspaceId: id, generation });
const log = createLogger('test', 'silent');
const repositoryTold = { kind: 'repository', repoId: '7', action: 'deleted', by: 'x' } as const;
const push = {
  deliveryId: 'd',
  ref: 'refs/heads/main',
  before: 'b'.repeat(40),
  after: 'e'.repeat(40),
  forced: false,
  pusher: 'x',
  pushedAt: null,
};
export const repository = { templateRepo: 'o/t', repoFullName: 'o/intruder' };

/** What a workspace's workflow, webhooks, looks and the clean-up do. */
export const ofWorkspaces: Attempts<SystemActor> = {
  loadProvisioning: (_, side) => loadProvisioning(life(side), true),
  recordProvisioningStarted: (uow, side) => recordProvisioningStarted(uow, life(side)),
  recordReady: (uow, side) =>
    recordReady(uow, {
      ...life(side),
      repoId: '77',
      defaultBranch: 'main',
      baseTemplateSha: 'e'.repeat(40),
      latestCommitSha: 'e'.repeat(40),
      askedFor: null,
      accessGrantedTo: null,
      accessErrorCode: null,
      revoked: [],
      failed: [],
      revocationErrorCode: null,
    }),
  recordProvisioningFailed: (uow, side) =>
    recordProvisioningFailed(uow, { ...life(side), errorCode: 'GITHUB_UNAVAILABLE', reason: 'r' }),
  closeWorkspaces: (uow, { working }) => closeWorkspaces(uow, working.id),
  reopenWorkspaces: (uow, { closed }) => reopenWorkspaces(uow, closed.candidateSessionId ?? ''),
  lookAgain: (uow, { workspace }) => lookAgain(uow, workspace.id),
  recordRepository: (uow, side) => recordRepository(uow, { ...life(side), repoId: '78', repoFullName: 'o/intruder' }),
  loadUnprotected: (_, { workspace }) => loadUnprotected(workspace.id),
  recordProtection: (uow, { workspace }) =>
    recordProtection(uow, { workspaceId: workspace.id, protection: 'failed', errorCode: 'GITHUB_NOT_FOUND' }),
  nextClosingStep: async (uow, side) => (await nextClosingStep(uow, closedLife(side))).kind,
  recordClosed: (uow, side) => recordClosed(uow, { ...closedLife(side), outcome: { kind: 'gone' }, revoked: [] }),
  recordRevoked: (uow, side) => recordRevoked(uow, { ...closedLife(side), revoked: [] }),
  recordReopened: (uow, side) => recordReopened(uow, closedLife(side)),
  beginCleanup: (uow, { closed }) => beginCleanup(uow, { workspaceId: closed.id, retentionDays: null, again: false }),
  readForCleanup: (uow, { closed }) => readForCleanup(uow, [closed.id]),
  recordPush: (uow, { workspace }) => recordPush(uow, workspace.id, push),
  recordRunHead: (uow, { workspace }) => recordRunHead(uow, workspace.id, 'e'.repeat(40)),
  recordRepositoryTold: (uow, { workspace }) => recordRepositoryTold(uow, workspace.id, repositoryTold, log),
  loadLookFacts: async (_, { workspace }) => (await loadLookFacts(workspace.id))?.repoId,
  recordLook: (uow, { workspace }) =>
    recordLook(uow, { workspaceId: workspace.id, lookedAt: new Date(), repository: null, headSha: null }, log),
  recordLookInVain: (uow, { workspace }) => recordLookInVain(uow, { workspaceId: workspace.id, lookedAt: new Date() }),
  withdrawAccess: (uow, { working }) => withdrawAccess(uow, { sessionId: working.id }),
  requestWorkspace: (uow, { starting }) =>
    requestWorkspace(uow, { sessionId: starting.id, taskId: taskOf(starting, 'code').id, ...repository }),
};
