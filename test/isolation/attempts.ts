import type { CandidateActor, SystemActor, UserActor } from '../../domain/identity/actor.ts';
import { settleEffect } from '../../services/effects.ts';
import { turnWaitMs } from '../../services/github/turn-estimate.ts';
import { endTurn, moveForward } from '../../services/github/turns.ts';
import { correctInvitee, resendInvite, revokeSession } from '../../services/hiring/candidate-changes.ts';
import { listCandidates } from '../../services/hiring/candidate-list.ts';
import { claimByInvite, claimSession } from '../../services/hiring/claims.ts';
import { findInvited, invite } from '../../services/hiring/invites.ts';
import { completeRunSubmission, settleFailedRun, storeRunSubmission } from '../../services/hiring/run-submissions.ts';
import {
  loadCandidateTask,
  loadProgress,
  openOwnSession,
  readClaimedSession,
} from '../../services/hiring/session-access.ts';
import { expireIfDue, loadSessionClock, recordSessionEnded, remindIfDue } from '../../services/hiring/session-clock.ts';
import { changeSimulation, closeSimulation, duplicateSimulation } from '../../services/hiring/simulation-changes.ts';
import {
  createSimulation,
  findSimulation,
  listSimulations,
  loadSimulation,
} from '../../services/hiring/simulations.ts';
import { listSubmissions, loadSubmission } from '../../services/hiring/submission-reads.ts';
import { lookAtSubmission, startSubmissionRun } from '../../services/hiring/submit-code.ts';
import { readSubmission, submitText } from '../../services/hiring/turn-in.ts';
import { mailPasswordReset } from '../../services/identity/account-mails.ts';
import { closeLinks, openLink } from '../../services/identity/account-links.ts';
import { listApiKeys } from '../../services/identity/api-key-list.ts';
import {
  createApiKey,
  findOwnApiKey,
  noteKeyUse,
  openApiKey,
  revokeApiKey,
  revokeKeysOf,
} from '../../services/identity/api-keys.ts';
import { endSessions, refreshSession, startSession } from '../../services/identity/auth-sessions.ts';
import { readCredentials, setPasswordByLink } from '../../services/identity/credentials.ts';
import {
  changeMember,
  changeOwnProfile,
  deleteMember,
  inviteMemberAgain,
} from '../../services/identity/member-changes.ts';
import { listMembers, readMember } from '../../services/identity/member-reads.ts';
import { assignRole, removeRole } from '../../services/identity/role-assignments.ts';
import { changeRole, deleteRole, findRole, listRoles } from '../../services/identity/roles.ts';
import { loadAccount, loadOrganization } from '../../services/identity/accounts.ts';
import { bindAccount } from '../../services/identity/bind-account.ts';
import { beginSending, recordFailed, recordRefusal, recordSent, recordUnknown } from '../../services/mail/emails.ts';
import { requestEmail } from '../../services/mail/email-requests.ts';
import { recordUndelivered } from '../../services/mail/undelivered.ts';
import { initWorkspace } from '../../services/workspaces/provisioning.ts';
import { inputsOf } from '../../services/workspaces/run-inputs.ts';
import {
  loadRun,
  recordDispatched,
  recordFinished,
  recordRunFailed,
  type RunOwners,
} from '../../services/workspaces/run-records.ts';
import { findOpened, loadReady, readWorkspace } from '../../services/workspaces/task-workspace.ts';
import { findRunByGithubId, isWorthKeeping, readRun, startRun } from '../../services/workspaces/test-runs.ts';
import { tellRunFinished } from '../../services/workspaces/webhook-deliveries.ts';
import { readSettings } from '../../core/settings.ts';
import { testEnvironment } from '../support/settings.ts';
import { taskOf } from '../support/factories-hiring.ts';
import { type Attempts, ofWorkspaces, repository } from './attempts-workspaces.ts';
import { atWork, type Side } from './sides.ts';

const { linkKeys, github } = readSettings(testEnvironment());
const { budget } = github;
const links = { linkKeys, repoPrefix: 'ws-', portalUrl: 'http://127.0.0.1:1' };
const owners: RunOwners = {
  submission: { dispatched: storeRunSubmission, finished: completeRunSubmission, failed: settleFailedRun },
};
const evidence = { commitSha: 'd'.repeat(40), diffSummary: null, diffErrorCode: null };
const identity = { issuer: 'https://taken.test/', subject: 'taken', email: 'taken@x.test' };
const finishedOf = ({ running }: Side) => ({
  githubRunId: running.githubRunId ?? '',
  conclusion: 'success',
  headSha: 'd'.repeat(40),
});
const clock = ({ orgId, working }: Side) => ({ orgId, sessionId: working.id, generation: 1 });
const codeTask = ({ working }: Side) => ({ sessionId: working.id, taskId: taskOf(working, 'code').id });
const page = { limit: 10, offset: 0 };

/** What somebody who may do everything in an organisation tries on the accounts, roles and keys of another. */
const ofOwners: Attempts<UserActor> = {
  readMember: (uow, { memberId }) => readMember(uow, memberId),
  listMembers: async (uow, { memberId }) =>
    (await listMembers(uow, { search: 'sides.example' }, page)).rows.filter(({ id }) => id === memberId),
  changeMember: (uow, { memberId }) => changeMember(uow, memberId, { name: 'Taken', status: 'SUSPENDED' }),
  deleteMember: (uow, { memberId }) => deleteMember(uow, memberId),
  inviteMemberAgain: (uow, { memberId }) => inviteMemberAgain(uow, memberId, { linkKeys }),
  listRoles: async (uow, { roleId }) => (await listRoles(uow)).filter(({ id }) => id === roleId),
  findRole: (uow, { roleId }) => findRole(uow, roleId),
  changeRole: (uow, { roleId }) => changeRole(uow, roleId, { name: 'Taken' }),
  deleteRole: (uow, { roleId }) => deleteRole(uow, roleId),
  assignRole: (uow, { roleId, memberId }) => assignRole(uow, { roleId, userId: memberId }),
  removeRole: (uow, { roleId, memberId }) => removeRole(uow, { roleId, userId: memberId }),
  listApiKeys: async (uow, { apiKeyId }) => (await listApiKeys(uow, page)).rows.filter(({ id }) => id === apiKeyId),
  createApiKey: (uow) => createApiKey(uow, { name: 'N', permissions: ['users.read'], days: 1 }),
  findOwnApiKey: (uow, { apiKeyId }) => findOwnApiKey(uow, apiKeyId),
  revokeApiKey: (uow, { apiKeyId }) => revokeApiKey(uow, apiKeyId),
  changeOwnProfile: (uow) => changeOwnProfile(uow, { name: 'Taken' }),
};

/** What an account tries with what belongs to `theirs`. Each sees or changes something in its own organisation. */
export const ofUsers: Attempts<UserActor> = {
  ...ofOwners,
  listCandidates: (uow, { simulation }) => listCandidates(uow, simulation.id, { limit: 10 }),
  findSimulation: (_, { simulation }) => findSimulation(simulation.id),
  loadSimulation: (_, { simulation }) => loadSimulation(simulation.id),
  listSimulations: (uow) => listSimulations(uow, { mine: true, limit: 10 }),
  listSubmissions: (uow, { working }) => listSubmissions(uow, { candidateSessionId: working.id, limit: 10, offset: 0 }),
  loadSubmission: (uow, { submission }) => loadSubmission(uow, submission.id),
  createSimulation: (uow) =>
    createSimulation(
      uow,
      { title: 'T', role: 'R', techStack: 'S', seniority: 'M', focus: '', templateKey: 'node-express-ts' },
      'o',
    ),
  invite: (uow, { simulation }) =>
    invite(uow, simulation.id, { candidateName: 'N', inviteEmail: 'new@sides.example' }, links),
  'invite again': (uow, { simulation, working }) =>
    invite(uow, simulation.id, { candidateName: 'N', inviteEmail: working.session.inviteEmail }, links),
  changeSimulation: (uow, { simulation }) => changeSimulation(uow, simulation.id, { title: 'Taken' }, 'o'),
  closeSimulation: (uow, { simulation }) => closeSimulation(uow, simulation.id),
  duplicateSimulation: (uow, { simulation }) => duplicateSimulation(uow, simulation, { templateOwner: 'o' }),
  resendInvite: (uow, { simulation, invited }) => resendInvite(uow, simulation.id, invited.id),
  revokeSession: (uow, { simulation, invited }) => revokeSession(uow, simulation.id, invited.id, 'taken'),
  correctInvitee: (uow, { simulation, invited }) =>
    correctInvitee(uow, simulation.id, invited.id, { inviteEmail: 'taken@sides.example' }, links),
  findInvited: (uow, { simulation, working }) => findInvited(uow, simulation.id, working.id),
  loadAccount: (uow, { user }) => loadAccount(uow, user.userId),
  loadOrganization: (uow, { orgId }) => loadOrganization(uow, orgId),
  bindAccount: (uow, { user }) =>
    bindAccount(uow, user.userId, { ...identity, emailVerified: true, name: 'N', permissions: [] }),
};

/** What a candidate tries. */
export const ofCandidates: Attempts<CandidateActor> = {
  claimByInvite: (uow, { working }) => claimByInvite(uow, working.id),
  claimSession: (uow, { invited }) =>
    claimSession(
      { ...uow, actor: { ...uow.actor, identity: { ...uow.actor.identity, email: invited.session.inviteEmail } } },
      invited.session,
    ),
  openOwnSession: (uow, { working }) => openOwnSession(uow, working.id),
  readClaimedSession: (uow, { working }) => readClaimedSession(uow, working.id),
  loadCandidateTask: (uow, side) => loadCandidateTask(uow, { ...codeTask(side), lock: true }),
  loadProgress: (_, { working }) => loadProgress(working.session),
  startSubmissionRun: (uow, { working, submission }) =>
    startSubmissionRun(uow, atWork(working, 'code', [submission.taskId]), {
      branch: undefined,
      inputs: {},
      graceMs: 0,
      budget,
    }),
  submitText: (uow, { starting }) => submitText(uow, atWork(starting, 'design', []), 'text'),
  readSubmission: (_, { submission }) => readSubmission(submission.id),
  lookAtSubmission: (_, { running }) => lookAtSubmission(running.id),
  initWorkspace: (uow, side) => initWorkspace(uow, { ...codeTask(side), ...repository, githubUsername: 'intruder' }),
  findOpened: (_, side) => findOpened(codeTask(side)),
  loadReady: (uow, side) => loadReady(uow, { ...codeTask(side), budget }, 'WORKSPACE_UNKNOWN'),
  readWorkspace: (_, { workspace }) => readWorkspace(workspace.id),
  moveForward: (uow, { turnKey }) => moveForward(uow, budget, turnKey),
  turnWaitMs: async (uow, { turnKey }) => (await turnWaitMs(uow, budget, turnKey)) > 0,
  readRun: (_, { running }) => readRun(running.id),
  isWorthKeeping: (_, { running }) => isWorthKeeping(running.id),
  findRunByGithubId: (_, { workspace, running }) => findRunByGithubId(workspace.id, running.githubRunId ?? ''),
  startRun: (uow, { workspace }) =>
    startRun(uow, { workspace, branch: 'new', inputs: {}, purpose: 'run', graceMs: 0, ref: 'r' }),
};

/** What sign-in does for an account before anybody acts. */
const ofSignIn: Attempts<SystemActor> = {
  openApiKey: (uow, { apiKeyId }) => openApiKey(uow, apiKeyId),
  noteKeyUse: (uow, { apiKeyId }) => noteKeyUse(uow, apiKeyId, '192.0.2.1'),
  revokeKeysOf: (uow, { user }) => revokeKeysOf(uow, user.userId),
  startSession: (uow, { user }) => startSession(uow, user.userId, { refreshSeconds: 60 }),
  refreshSession: async (uow, { refreshTokenId }) => {
    const { outcome } = await refreshSession(uow, refreshTokenId, { refreshSeconds: 60 });
    return outcome === 'refreshed';
  },
  endSessions: (uow, { user }) => endSessions(uow, user.userId, 'signed_out'),
  openLink: (_, { accountLinkId }) => openLink(accountLinkId, 'accept_invitation'),
  closeLinks: (_, { memberId }) => closeLinks(memberId, 'accept_invitation'),
  mailPasswordReset: (uow, { memberId }) => mailPasswordReset(uow, memberId, { linkKeys }),
  readCredentials: (_, { user }) => readCredentials(user.userId),
  setPasswordByLink: async (uow, { accountLinkId }) =>
    setPasswordByLink(uow, await openLink(accountLinkId, 'accept_invitation'), 'hash'),
};

/** What a part of Tenon is told to do. */
export const ofTheSystem: Attempts<SystemActor> = {
  ...ofSignIn,
  storeRunSubmission: (uow, { running }) => storeRunSubmission(uow, running),
  completeRunSubmission: (uow, { running }) => completeRunSubmission(uow, running, evidence),
  loadSessionClock: (uow, side) => loadSessionClock(uow, clock(side)),
  expireIfDue: (uow, side) => expireIfDue(uow, clock(side)),
  remindIfDue: async (uow, side) =>
    remindIfDue(uow, { ...clock(side), armed: await loadSessionClock(uow, clock(side)) }),
  recordSessionEnded: (uow, side) => recordSessionEnded(uow, { ...clock(side), reason: 'intruder' }),
  requestEmail: (uow, { invited }) =>
    requestEmail(uow, { kind: 'invitation', sessionId: invited.id, generation: 1, toAddress: 'x@x.test' }),
  beginSending: (uow, { email }) => beginSending(uow, email.id),
  recordSent: (uow, { email }) => recordSent(uow, { emailId: email.id, providerMessageId: 'm' }),
  recordRefusal: (uow, { email }) => recordRefusal(uow, { emailId: email.id, reason: 'r' }),
  recordFailed: (uow, { email }) => recordFailed(uow, { emailId: email.id, reason: 'r' }),
  recordUnknown: (uow, { email }) => recordUnknown(uow, { emailId: email.id, reason: 'r' }),
  recordUndelivered: async (uow, { email }) => {
    await recordSent(uow, { emailId: email.id, providerMessageId: 'm' });
    return recordUndelivered(uow, { emailId: email.id, reason: 'r' });
  },
  endTurn: (uow, { turnId }) => endTurn(uow, turnId),
  settleEffect: (uow, { effect }) => settleEffect(uow, effect, { state: 'done', farRef: 'intruder' }),
  ...ofWorkspaces,
  inputsOf: async (_, { running }) => {
    const { tenon_day: day } = await inputsOf(running);
    return day;
  },
  loadRun: (_, { running }) => loadRun(running.id, true),
  recordDispatched: (uow, { queued }) => recordDispatched(uow, owners, { runId: queued.id, githubRunId: '4242' }),
  recordFinished: (uow, side) =>
    recordFinished(uow, owners, {
      runId: side.running.id,
      finished: finishedOf(side),
      verdict: { kind: 'missing' },
      diffSummary: null,
      diffErrorCode: null,
    }),
  recordRunFailed: (uow, { running }) =>
    recordRunFailed(uow, owners, { runId: running.id, errorCode: 'GITHUB_UNAVAILABLE', reason: 'r' }),
  'tellRunFinished, as far as the run is read': async (uow, side) => {
    await tellRunFinished(uow, side.running.id, finishedOf(side), 0);
    return true;
  },
};
