import type { Model, ModelStatic } from 'sequelize';
import {
  systemActor,
  type Actor,
  type CandidateActor,
  type CandidateIdentity,
  type UserActor,
} from '../../domain/identity/actor.ts';
import { PLAIN_TOKEN } from '../../domain/github/write-limits.ts';
import type { CandidateSession } from '../../models/candidate-session.ts';
import { Email } from '../../models/email.ts';
import type { Submission } from '../../models/submission.ts';
import type { TestRun } from '../../models/test-run.ts';
import type { Workspace } from '../../models/workspace.ts';
import { beginEffect } from '../../services/effects.ts';
import { readSettings } from '../../core/settings.ts';
import { AccountLink } from '../../models/account-link.ts';
import { AuthSession } from '../../models/auth-session.ts';
import { RefreshToken } from '../../models/refresh-token.ts';
import { addMember } from '../../services/identity/add-member.ts';
import { createApiKey } from '../../services/identity/api-keys.ts';
import { startSession } from '../../services/identity/auth-sessions.ts';
import { createRole } from '../../services/identity/roles.ts';
import { testDatabase } from '../support/database.ts';
import { testEnvironment } from '../support/settings.ts';
import {
  makeProgress,
  makeSession,
  makeSimulation,
  makeTestRun,
  makeWorkspace,
  taskOf,
  type MadeSession,
  type MadeSimulation,
} from '../support/factories-hiring.ts';
import { makeCandidate, makeUser } from '../support/factories-identity.ts';

/** An organisation with rows of every kind. */
export interface Side {
  readonly orgId: string;
  readonly user: UserActor;
  readonly candidate: CandidateActor;
  readonly simulation: MadeSimulation;
  /** Claimed; day 1 is handed in, day 2 runs. */
  readonly working: MadeSession;
  /** Invited, not claimed. */
  readonly invited: MadeSession;
  /** Claimed; nothing is handed in. */
  readonly starting: MadeSession;
  readonly submission: Submission;
  readonly workspace: Workspace;
  /** Not made yet. */
  readonly requested: Workspace;
  /** Of a session that has ended: what is not archived yet, and what a life is opening again. */
  readonly closed: Workspace;
  readonly reopening: Workspace;
  /** A submission's, at GitHub. */
  readonly running: TestRun;
  readonly queued: TestRun;
  readonly email: Email;
  readonly effect: string;
  /** A write to GitHub that is under way. */
  readonly turnId: string;
  /** One that waits for its turn. */
  readonly turnKey: string;
  /** A role of its own making, which nobody has. */
  readonly roleId: string;
  readonly apiKeyId: string;
  readonly refreshTokenId: string;
  readonly accountLinkId: string;
  /** Somebody else in the organisation, invited and not come yet. */
  readonly memberId: string;
}

let counted = 0;

/** `identity` is the candidate's. */
export async function makeSide(identity: Partial<CandidateIdentity> = {}): Promise<Side> {
  counted += 1;
  const user = await makeUser({ roles: ['owner', 'recruiter', 'reviewer'] });
  const { orgId } = user;
  const known = makeCandidate(orgId, `person${counted}@sides.example`);
  const candidate = { ...known, identity: { ...known.identity, ...identity } };
  const simulation = await makeSimulation(user);
  const working = await makeSession(simulation, { claimedBy: candidate.identity });
  const invited = await makeSession(simulation, { inviteEmail: `invited${counted}@sides.example` });
  const starting = await makeSession(simulation, {
    claimedBy: candidate.identity,
    inviteEmail: `starting${counted}@sides.example`,
  });
  const [submission] = await makeProgress(working, 2);
  if (!submission) throw new Error('nothing was handed in');
  const workspace = await makeWorkspace(working, taskOf(working, 'code'), {
    githubUsername: 'octo',
    protection: 'wanted',
  });
  const ended = await makeSession(simulation, { inviteEmail: `ended${counted}@sides.example`, status: 'revoked' });
  const closed = await makeWorkspace(ended, taskOf(ended, 'code'), { repositoryState: 'archiving' });
  const reopening = await makeWorkspace(ended, taskOf(ended, 'debug'), {
    repositoryState: 'reopening',
    accessGrantedTo: 'octo',
    generation: 2,
  });
  const requested = await makeWorkspace(working, taskOf(working, 'debug'), {
    status: 'requested',
    settledGeneration: 0,
    repoId: null,
    readyAt: null,
  });
  const running = await makeTestRun(workspace, { status: 'running' });
  const queued = await makeTestRun(workspace, { status: 'queued', purpose: 'run' });
  const effect = `effect-${counted}`;
  const { uow } = await testDatabase();
  const identityRows = await makeIdentityRows(user);
  const turns = await makeTurns(orgId);
  const email = await uow.write(systemActor(orgId, 'test'), async (unit) => {
    await beginEffect(unit, effect);
    const { id: candidateSessionId, generation: sessionGeneration, inviteEmail: toAddress } = invited.session;
    return Email.create({ orgId, kind: 'invitation', candidateSessionId, sessionGeneration, toAddress });
  });
  return {
    orgId,
    user,
    candidate,
    simulation,
    working,
    invited,
    starting,
    submission,
    workspace,
    requested,
    closed,
    reopening,
    running,
    queued,
    email,
    effect,
    ...turns,
    ...identityRows,
  };
}

async function makeTurns(orgId: string): Promise<{ turnId: string; turnKey: string }> {
  const database = await testDatabase();
  const turnKey = `generate/side-${counted}`;
  const made = await database.rows<{ id: string }>(
    `insert into github_turns (org_id, installation, key, priority, requested_at, promised_at, come_back_at, granted_at)
     values ($1, $2, $3, 'background', now(), now(), now() + interval '1 hour', null),
            ($1, $2, 'written', 'background', now(), now(), now(), now())
     returning id`,
    [orgId, PLAIN_TOKEN, turnKey],
  );
  return { turnId: made.at(-1)?.id ?? '', turnKey };
}

/** A row of every kind that identity keeps. */
async function makeIdentityRows(user: UserActor) {
  const { uow } = await testDatabase();
  return uow.write(user, async (unit) => {
    const roleId = await createRole(unit, { name: 'Helper', description: '', permissions: ['users.read'] });
    const { key } = await createApiKey(unit, { name: 'machine', permissions: ['users.read'], days: 1 });
    await startSession(unit, user.userId, { refreshSeconds: 3_600 });
    const invited = { email: `member${counted}@sides.example`, roles: ['employee'] };
    const { member } = await addMember(unit, invited, readSettings(testEnvironment()));
    const session = await AuthSession.findOne({ where: { userId: user.userId }, rejectOnEmpty: true });
    const token = await RefreshToken.findOne({ where: { sessionId: session.id }, rejectOnEmpty: true });
    const link = await AccountLink.findOne({ where: { userId: member.id }, rejectOnEmpty: true });
    return {
      roleId,
      apiKeyId: key.id,
      refreshTokenId: token.id,
      accountLinkId: link.id,
      memberId: member.id,
    };
  });
}

/** The side with copies of its rows: an attempt that is refused leaves traces in the objects that it was given. */
export function freshly(side: Side): Side {
  const working = { ...side.working, session: copyOf(side.working.session) };
  const invited = { ...side.invited, session: copyOf(side.invited.session) };
  const starting = { ...side.starting, session: copyOf(side.starting.session) };
  const { workspace, requested, closed, reopening, running, queued } = side;
  const rows = {
    workspace: copyOf(workspace),
    requested: copyOf(requested),
    closed: copyOf(closed),
    reopening: copyOf(reopening),
    running: copyOf(running),
  };
  return { ...side, ...rows, queued: copyOf(queued), working, invited, starting };
}

function copyOf<M extends Model>(row: M): M {
  return (row.constructor as ModelStatic<M>).build(row.get(), { isNewRecord: false, raw: true });
}

/** The same person (or part of Tenon), acting in another organisation: the hardest to keep out. */
export interface Intruders {
  readonly user: UserActor;
  readonly candidate: CandidateActor;
  readonly system: Extract<Actor, { kind: 'system' }>;
}

export function intruders({ user, candidate }: Side, orgId: string): Intruders {
  return {
    user: { ...user, orgId },
    candidate: { ...candidate, orgId },
    system: systemActor(orgId, 'test'),
  };
}

/** What services hand to one another about a task at work. */
export function atWork(made: MadeSession, type: 'design' | 'code', submitted: readonly string[]) {
  const session: CandidateSession = made.session;
  return { session, task: taskOf(made, type), tasks: made.tasks, submitted: new Set(submitted) };
}
