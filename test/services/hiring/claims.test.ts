import assert from 'node:assert/strict';
import type { CandidateActor } from '../../../domain/identity/actor.ts';
import { CandidateSession } from '../../../models/candidate-session.ts';
import { claimByInvite } from '../../../services/hiring/claims.ts';
import {
  findByInviteToken,
  findBySessionId,
  loadCandidateTask,
  openOwnSession,
  readClaimedSession,
} from '../../../services/hiring/session-access.ts';
import { resetDatabase, type TestDatabase } from '../../support/database.ts';
import { makeSession, makeSimulation, taskOf, type MadeSimulation } from '../../support/factories-hiring.ts';
import { makeCandidate, makeOrganization, makeUser } from '../../support/factories-identity.ts';

describe('a candidate’s session', () => {
  let database: TestDatabase;
  let simulation: MadeSimulation;
  let ada: CandidateActor;
  before(async () => {
    database = await resetDatabase();
    simulation = await makeSimulation(await makeUser());
  });
  let counted = 0;
  beforeEach(() => (ada = makeCandidate(simulation.orgId, `claimer${(counted += 1)}@test.example`)));

  it('is found by its token or its id before the organisation is known, and only told which that is', async () => {
    const made = await makeSession(simulation, { inviteEmail: ada.identity.email });
    const stranger = makeCandidate('', 'stranger@test.example').identity;
    for (const found of [
      await findByInviteToken(database.uow, stranger, made.token),
      await findBySessionId(database.uow, stranger, made.id),
    ]) {
      assert.deepEqual(found, {
        id: made.id,
        actor: { kind: 'candidate', orgId: made.orgId, identity: stranger },
      });
    }
  });

  it('is not there for an actor of another organisation', async () => {
    const made = await makeSession(simulation, { inviteEmail: ada.identity.email });
    const elsewhere = { ...ada, orgId: (await makeOrganization()).id };
    await assert.rejects(
      database.uow.write(elsewhere, (uow) => claimByInvite(uow, made.id)),
      { code: 'INVITE_TOKEN_UNKNOWN' },
    );
    for (const open of [openOwnSession, readClaimedSession]) {
      await assert.rejects(
        database.uow.write(elsewhere, (uow) => open(uow, made.id)),
        { code: 'CANDIDATE_SESSION_NOT_FOUND' },
      );
    }
  });

  it('belongs to an issuer’s subject: the same subject of another issuer is somebody else', async () => {
    const made = await makeSession(simulation, { claimedBy: ada.identity });
    const other = { ...ada, identity: { ...ada.identity, issuer: 'https://other.test/' } };
    for (const open of [openOwnSession, readClaimedSession]) {
      await assert.rejects(
        database.uow.write(other, (uow) => open(uow, made.id)),
        { code: 'CANDIDATE_SESSION_NOT_FOUND' },
      );
    }
    await assert.rejects(
      database.uow.write(other, (uow) => claimByInvite(uow, made.id)),
      { code: 'CANDIDATE_SESSION_NOT_FOUND' },
    );
  });

  it('is read without a claim: one that nobody has claimed is nobody’s', async () => {
    const made = await makeSession(simulation, { inviteEmail: ada.identity.email });
    const wanted = { sessionId: made.id, taskId: taskOf(made, 'design').id, lock: false };
    assert.equal(await database.uow.read(ada, (uow) => readClaimedSession(uow, made.id)), null);
    await assert.rejects(
      database.uow.read(ada, (uow) => loadCandidateTask(uow, wanted)),
      { code: 'CANDIDATE_SESSION_NOT_FOUND' },
    );
    const row = await database.uow.read(ada, () => CandidateSession.findByPk(made.id));
    assert.equal(row?.status, 'not_started');
  });

  it('gives its tasks in the order of their days, with what is handed in', async () => {
    const made = await makeSession(simulation, { claimedBy: ada.identity });
    const { id } = taskOf(made, 'debug');
    const { task, tasks, submitted } = await database.uow.read(ada, (uow) =>
      loadCandidateTask(uow, { sessionId: made.id, taskId: id, lock: false }),
    );
    assert.equal(task.id, id);
    assert.deepEqual(
      tasks.map(({ dayIndex }) => dayIndex),
      [1, 2, 3, 4, 5],
    );
    assert.equal(submitted.size, 0);
  });
});
