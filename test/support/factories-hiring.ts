import type { CreationAttributes } from 'sequelize';
import { rowsOf } from '../../core/database.ts';
import { readSettings } from '../../core/settings.ts';
import { fiveDays, hasWorkspace, type TaskType } from '../../domain/hiring/blueprint.ts';
import { systemActor, type CandidateIdentity, type UserActor } from '../../domain/identity/actor.ts';
import { CandidateSession } from '../../models/candidate-session.ts';
import { SimulationTask } from '../../models/simulation-task.ts';
import { Simulation } from '../../models/simulation.ts';
import { Submission } from '../../models/submission.ts';
import { TestRun } from '../../models/test-run.ts';
import { Workspace } from '../../models/workspace.ts';
import { inviteToken, newInviteLink } from '../../services/hiring/invite-links.ts';
import { testDatabase } from './database.ts';
import { testEnvironment } from './settings.ts';

const DAY_MS = 86_400_000;
let counted = 0;

/** Runs in a committed unit of work of the organisation. */
async function inOrg<T>(orgId: string, work: () => Promise<T>): Promise<T> {
  const { uow } = await testDatabase();
  return uow.write(systemActor(orgId, 'test'), work);
}

export interface MadeSimulation {
  readonly id: string;
  readonly orgId: string;
  readonly simulation: Simulation;
  /** In the order of their days. */
  readonly tasks: readonly SimulationTask[];
}

/** A committed simulation of `owner` with its five days. */
export async function makeSimulation(
  owner: Pick<UserActor, 'orgId' | 'userId'>,
  fields: Partial<CreationAttributes<Simulation>> = {},
): Promise<MadeSimulation> {
  counted += 1;
  const { orgId } = owner;
  return inOrg(orgId, async () => {
    const simulation = await Simulation.create({
      orgId,
      createdBy: owner.userId,
      title: `Simulation ${counted}`,
      role: 'Backend Engineer',
      techStack: 'Node.js + Postgres',
      seniority: 'Mid',
      focus: '',
      templateKey: 'node-express-ts',
      ...fields,
    });
    const tasks = await SimulationTask.bulkCreate(
      fiveDays.map((day) => ({
        ...day,
        orgId,
        simulationId: simulation.id,
        templateRepo: hasWorkspace(day.type) ? 'tenon-hire-dev/tenon-template-node-express-ts' : null,
      })),
      { returning: true },
    );
    return { id: simulation.id, orgId, simulation, tasks };
  });
}

export interface MadeSession {
  readonly id: string;
  readonly orgId: string;
  readonly session: CandidateSession;
  /** What the candidate's link carries. */
  readonly token: string;
  readonly tasks: readonly SimulationTask[];
}

export interface SessionFields extends Partial<CreationAttributes<CandidateSession>> {
  /** Who has claimed it; then it is `in_progress` unless `status` says otherwise. */
  readonly claimedBy?: Pick<CandidateIdentity, 'issuer' | 'subject' | 'email'>;
}

/** A committed session: not yet claimed and valid for 14 days if nothing else is said. */
export async function makeSession(
  { orgId, id: simulationId, tasks }: MadeSimulation,
  { claimedBy, ...fields }: SessionFields = {},
): Promise<MadeSession> {
  counted += 1;
  const { linkKeys } = readSettings(testEnvironment());
  const { db } = await testDatabase();
  return inOrg(orgId, async () => {
    const [next] = await rowsOf<{ id: string }>(
      db,
      `select nextval(pg_get_serial_sequence('candidate_sessions', 'id')) as id`,
    );
    if (!next) throw new Error('no session id');
    const now = Date.now();
    const generation = fields.generation ?? 1;
    const session = await CandidateSession.create({
      id: next.id,
      orgId,
      simulationId,
      candidateName: `Candidate ${counted}`,
      inviteEmail: claimedBy?.email ?? `candidate${counted}@test.example`,
      generation,
      ...newInviteLink({ linkKeys }, next.id, generation),
      invitedAt: new Date(now),
      expiresAt: new Date(now + 14 * DAY_MS),
      ...(claimedBy && claimOf(claimedBy, new Date(now))),
      ...endOf(fields.status, new Date(now)),
      ...fields,
    });
    return { id: session.id, orgId, session, tasks, token: inviteToken({ linkKeys }, session) };
  });
}

function claimOf({ issuer, subject, email }: NonNullable<SessionFields['claimedBy']>, at: Date) {
  return {
    status: 'in_progress',
    claimedAt: at,
    startedAt: at,
    expiresAt: new Date(at.getTime() + 5 * DAY_MS),
    candidateIssuer: issuer,
    candidateSub: subject,
    candidateEmail: email,
  } as const;
}

function endOf(status: SessionFields['status'], at: Date) {
  return {
    ...(status === 'completed' && { completedAt: at }),
    ...(status === 'expired' && { expiredAt: at, expiresAt: at }),
    ...(status === 'revoked' && { revokedAt: at, revokedReason: 'by a test' }),
  };
}

/** The task of a kind; each of the five days has its own kind. */
export function taskOf({ tasks }: Pick<MadeSession, 'tasks'>, type: TaskType): SimulationTask {
  const found = tasks.find((task) => task.type === type);
  if (!found) throw new Error(`no task of type ${type}`);
  return found;
}

/** A task's repository, ready and initialised. */
export async function makeWorkspace(
  { id: candidateSessionId, orgId }: MadeSession,
  { id: taskId }: SimulationTask,
  fields: Partial<CreationAttributes<Workspace>> = {},
): Promise<Workspace> {
  counted += 1;
  const at = new Date();
  return inOrg(orgId, () =>
    Workspace.create({
      orgId,
      candidateSessionId,
      taskId,
      status: 'ready',
      settledGeneration: 1,
      templateRepo: 'tenon-hire-dev/tenon-template-node-express-ts',
      repoFullName: `tenon-hire-dev/tenon-ws-${candidateSessionId}-task${taskId}`,
      repoId: String(1_000_000 + counted),
      defaultBranch: 'main',
      baseTemplateSha: 'b'.repeat(40),
      readyAt: at,
      initializedAt: at,
      ...fields,
    }),
  );
}

/** A run that has passed three tests, if nothing else is said. */
export async function makeTestRun(
  { id: workspaceId, orgId, candidateSessionId, taskId }: Workspace,
  fields: Partial<CreationAttributes<TestRun>> = {},
): Promise<TestRun> {
  counted += 1;
  const at = new Date();
  const unfinished = fields.status === 'queued' || fields.status === 'running';
  return inOrg(orgId, () =>
    TestRun.create({
      orgId,
      workspaceId,
      ...(candidateSessionId !== null && taskId !== null && { candidateSessionId, taskId }),
      purpose: 'submission',
      branch: 'main',
      requestedAt: at,
      ...(fields.status !== 'queued' && { githubRunId: String(5_000_000 + counted), dispatchedAt: at }),
      ...(!unfinished && {
        status: 'passed',
        conclusion: 'success',
        passed: 3,
        failed: 0,
        skipped: 0,
        total: 3,
        stdout: '',
        stderr: '',
        artifactName: 'tenon-test-results',
        headSha: 'c'.repeat(40),
        finishedAt: at,
      }),
      ...fields,
    }),
  );
}

/** A text submission, or with `run` the one that belongs to that run. */
export async function makeSubmission(
  { id: candidateSessionId, orgId, session }: MadeSession,
  { id: taskId }: SimulationTask,
  { run, ...fields }: Partial<CreationAttributes<Submission>> & { readonly run?: TestRun } = {},
): Promise<Submission> {
  return inOrg(orgId, () =>
    Submission.create({
      orgId,
      simulationId: session.simulationId,
      candidateSessionId,
      taskId,
      submittedAt: new Date(),
      ...(run
        ? { workspaceId: run.workspaceId, testRunId: run.id, commitSha: run.headSha ?? null }
        : { contentText: 'What I have done' }),
      ...fields,
    }),
  );
}

/** Hands in every day before `day` (1 to 5), so that it is that day's turn; repository days get a workspace and a run. */
export async function makeProgress(made: MadeSession, day: number): Promise<Submission[]> {
  const before = made.tasks.filter(({ dayIndex }) => dayIndex < day);
  const submissions: Submission[] = [];
  for (const task of before) {
    const run = hasWorkspace(task.type) ? await makeTestRun(await makeWorkspace(made, task)) : undefined;
    submissions.push(await makeSubmission(made, task, run && { run }));
  }
  return submissions;
}
