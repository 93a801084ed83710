import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { AppError } from '../../core/errors.ts';
import { readSettings } from '../../core/settings.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import { listCandidates } from '../../services/hiring/candidate-list.ts';
import { claimByInvite } from '../../services/hiring/claims.ts';
import { invite } from '../../services/hiring/invites.ts';
import { loadCandidateTask } from '../../services/hiring/session-access.ts';
import { createSimulation, listSimulations, loadSimulation } from '../../services/hiring/simulations.ts';
import { addMember } from '../../services/identity/add-member.ts';
import { changeMember } from '../../services/identity/member-changes.ts';
import { listMembers } from '../../services/identity/member-reads.ts';
import { listSubmissions, loadSubmission } from '../../services/hiring/submission-reads.ts';
import { submitText } from '../../services/hiring/turn-in.ts';
import { propertyRun, propertyTimeoutMs } from '../adapters/artifacts/property.ts';
import { resetDatabase, type TestDatabase } from '../support/database.ts';
import { makeCandidate, makeUser } from '../support/factories-identity.ts';
import { testEnvironment } from '../support/settings.ts';
import {
  operations,
  OPERATIONS_PER_RUN,
  picked,
  type Known,
  type KnownMember,
  type KnownSession,
  type Operation,
} from './model.ts';

const links = { linkKeys: readSettings(testEnvironment()).linkKeys, repoPrefix: 'ws-' };
const given = { title: 'T', role: 'R', techStack: 'S', seniority: 'M', focus: '', templateKey: 'node-express-ts' };
const everything = { limit: 1_000, offset: 0 };

interface Member extends Known {
  readonly actor: UserActor;
}

describe('two organisations side by side', () => {
  let database: TestDatabase;
  let digestOf: (orgId: string) => Promise<string>;
  before(async () => {
    database = await resetDatabase();
    digestOf = await digests(database);
  });

  const newMember = async (): Promise<Member> => ({
    actor: await makeUser({ roles: ['owner', 'recruiter', 'reviewer'] }),
    members: [],
    simulations: [],
    sessions: [],
  });

  it('never see or change a row of one another, whatever they do', async () => {
    const { numRuns = OPERATIONS_PER_RUN, ...parameters } = propertyRun<[Operation[]]>();
    const property = fc.asyncProperty(operations, async (list) => {
      const members = [await newMember(), await newMember()] as const;
      for (const operation of list) {
        const [me, other] = operation.by === 0 ? members : [members[1], members[0]];
        const untouched = await digestOf(other.actor.orgId);
        await perform(operation, me, 'of' in operation && operation.of !== operation.by ? other : me);
        assert.equal(await digestOf(other.actor.orgId), untouched, `${operation.kind} changed the other's rows`);
      }
      for (const member of members) await compareLists(member);
    });
    await fc.assert(property, { ...parameters, numRuns: Math.ceil(numRuns / OPERATIONS_PER_RUN), endOnFailure: true });
  }).timeout(propertyTimeoutMs);

  /** `owner` is whose thing is reached for: another's is not there. */
  async function perform(operation: Operation, me: Member, owner: Member): Promise<void> {
    switch (operation.kind) {
      case 'create': {
        const made = await database.uow.write(me.actor, (uow) => createSimulation(uow, given, 'o'));
        return void me.simulations.push(made.simulation.id);
      }
      case 'list':
        return compareLists(me);
      case 'invite': {
        const simulationId = picked(owner.simulations, operation.pick);
        const email = `person${operation.person}@model.example`;
        return simulationId === undefined ? undefined : expectOwn(me, owner, () => inviteTo(me, simulationId, email));
      }
      case 'add':
        return add(me, `member${operation.person}@model.example`);
      case 'rename':
      case 'suspend': {
        const member = picked(owner.members, operation.pick);
        const change = { rename, suspend }[operation.kind];
        return member === undefined ? undefined : expectOwn(me, owner, () => change(me, member));
      }
      case 'claim':
      case 'submit':
      case 'read': {
        const session = picked(owner.sessions, operation.pick);
        if (!session) return;
        const act = { claim, submit, read }[operation.kind];
        return expectOwn(me, owner, () => act(me, session));
      }
    }
  }

  async function expectOwn(me: Member, owner: Member, act: () => Promise<void>): Promise<void> {
    if (me === owner) return act();
    await assert.rejects(act, (error) => error instanceof AppError && error.status === 404);
  }

  async function inviteTo(me: Member, simulationId: string, inviteEmail: string): Promise<void> {
    const { session, tasks, outcome } = await database.uow.write(me.actor, async (uow) => {
      const { tasks } = await loadSimulation(simulationId);
      return { ...(await invite(uow, simulationId, { candidateName: 'N', inviteEmail }, links)), tasks };
    });
    const isKnown = me.sessions.some((known) => known.simulationId === simulationId && known.email === inviteEmail);
    assert.equal(outcome, isKnown ? 'resent' : 'created');
    if (isKnown) return;
    const { id } = session;
    const firstTaskId = tasks[0]?.id ?? '';
    me.sessions.push({ id, simulationId, firstTaskId, email: inviteEmail, isClaimed: false, submissionId: undefined });
  }

  async function add(me: Member, email: string): Promise<void> {
    const added = await database.uow.write(me.actor, (uow) => addMember(uow, { email, roles: ['viewer'] }, links));
    const known = me.members.find((one) => one.email === email);
    assert.equal(added.outcome, known === undefined ? 'created' : 'already_exists');
    const { id, name } = added.member;
    if (!known) me.members.push({ id, email, name, isActive: true });
  }

  async function rename(me: Member, known: KnownMember): Promise<void> {
    const name = `${known.name.slice(0, 50)}!`;
    await database.uow.write(me.actor, (uow) => changeMember(uow, known.id, { name }));
    known.name = name;
  }

  async function suspend(me: Member, known: KnownMember): Promise<void> {
    await database.uow.write(me.actor, (uow) => changeMember(uow, known.id, { status: 'SUSPENDED' }));
    known.isActive = false;
  }

  /** The same people are candidates of both. */
  const candidate = (me: Member, { email }: KnownSession) => makeCandidate(me.actor.orgId, email);

  async function claim(me: Member, known: KnownSession): Promise<void> {
    const claimed = await database.uow.write(candidate(me, known), (uow) => claimByInvite(uow, known.id));
    assert.equal(claimed.simulation.id, known.simulationId);
    known.isClaimed = true;
  }

  async function submit(me: Member, known: KnownSession): Promise<void> {
    const handIn = database.uow.write(candidate(me, known), async (uow) => {
      const place = { sessionId: known.id, taskId: known.firstTaskId, lock: true };
      return submitText(uow, await loadCandidateTask(uow, place), 'text');
    });
    const isRepeat = known.submissionId !== undefined;
    const submission = await handIn.catch((error: unknown) => {
      if (isRepeat && error instanceof AppError && error.code === 'SUBMISSION_CONFLICT') return undefined;
      throw error;
    });
    assert.equal(submission === undefined, isRepeat);
    known.submissionId ??= submission?.id;
    known.isClaimed = true;
  }

  async function read(me: Member, { id, simulationId, submissionId }: KnownSession): Promise<void> {
    await database.uow.read(me.actor, async (uow) => {
      if (submissionId !== undefined) {
        const { candidateSessionId } = await loadSubmission(uow, submissionId);
        return assert.equal(candidateSessionId, id);
      }
      const candidates = await listCandidates(uow, simulationId, { limit: 1_000 });
      assert.ok(candidates.some((row) => row.id === id));
    });
  }

  /** What the organisation is shown is what the model knows of it, no more and no less. */
  async function compareLists({ actor, simulations, sessions, members }: Member): Promise<void> {
    await database.uow.read(actor, async (uow) => {
      const people = (await listMembers(uow, {}, everything)).rows.filter(({ id }) => id !== actor.userId);
      const factsOf = ({ id, name, isActive }: { id: string; name: string; isActive: boolean }) =>
        `${id} ${name} ${isActive}`;
      assert.deepEqual(people.map(factsOf).sort(), members.map(factsOf).sort());
      const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id).sort();
      const listed = await listSimulations(uow, { mine: false, limit: 1_000 });
      assert.deepEqual(ids(listed), simulations.toSorted());
      const submitted = sessions.flatMap(({ submissionId }) => submissionId ?? []);
      assert.deepEqual(ids(await listSubmissions(uow, everything)), submitted.sort());
      for (const simulationId of simulations) {
        const own = sessions.filter((known) => known.simulationId === simulationId);
        const rows = await listCandidates(uow, simulationId, { limit: 1_000 });
        assert.deepEqual(ids(rows), ids(own));
        const started = rows.filter(({ startedAt }) => startedAt !== null);
        assert.deepEqual(ids(started), ids(own.filter(({ isClaimed }) => isClaimed)));
      }
    });
  }
});

/** A function that gives a digest of all rows of an organisation, in one query. */
async function digests(database: TestDatabase): Promise<(orgId: string) => Promise<string>> {
  const tables = await database.rows<{ name: string }>(
    `select quote_ident(table_name) as name from information_schema.columns
     where table_schema = 'public' and column_name = 'org_id' order by 1`,
  );
  const parts = tables.map(
    ({ name }) =>
      `select '${name}' as name, md5(string_agg(t::text, '|' order by t::text)) as digest from ${name} t where org_id = $1`,
  );
  const sql = `select md5(string_agg(name || coalesce(digest, ''), '|' order by name)) as digest from (${parts.join(' union all ')}) d`;
  return async (orgId) => {
    const [row] = await database.rows<{ digest: string }>(sql, [orgId]);
    return row?.digest ?? assert.fail('no digest');
  };
}
