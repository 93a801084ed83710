import assert from 'node:assert/strict';
import { systemActor, type UserActor } from '../../../domain/identity/actor.ts';
import type { Permission } from '../../../domain/identity/permissions.ts';
import { Simulation } from '../../../models/simulation.ts';
import { listCandidates } from '../../../services/hiring/candidate-list.ts';
import { createSimulation, listSimulations, loadSimulation } from '../../../services/hiring/simulations.ts';
import { listSubmissions, loadSubmission } from '../../../services/hiring/submission-reads.ts';
import { resetDatabase, type TestDatabase } from '../../support/database.ts';
import { makeSession, makeSimulation, makeSubmission, taskOf } from '../../support/factories-hiring.ts';
import { makeUser } from '../../support/factories-identity.ts';

const given = {
  title: 'T',
  role: 'R',
  techStack: 'S',
  seniority: 'Mid',
  focus: '',
  templateKey: 'python-fastapi',
};

describe('simulations and what hangs on them', () => {
  let database: TestDatabase;
  let author: UserActor;
  before(async () => {
    database = await resetDatabase();
    author = await makeUser({ roles: ['recruiter'] });
  });

  const having = (...permissions: readonly Permission[]): UserActor => ({ ...author, permissions });
  const create = (actor: UserActor, fields = given) =>
    database.uow.write(actor, (uow) => createSimulation(uow, fields, 'acme'));

  it('are created with the permission for it alone', async () => {
    const { simulation, tasks } = await create(having('simulations.create'));
    assert.equal(simulation.createdBy, author.userId);
    assert.equal(simulation.scenarioTemplate, 'default-5day-node-postgres');
    assert.equal(tasks[1]?.templateRepo, 'acme/tenon-template-python-fastapi');
    await assert.rejects(create(having('simulations.read', 'simulations.read_all')), { code: 'FORBIDDEN' });
  });

  it('are not created by halves when the key is unknown', async () => {
    const before = await database.uow.read(author, () => Simulation.count());
    await assert.rejects(create(author, { ...given, templateKey: 'nope' }), { code: 'INVALID_TEMPLATE_KEY' });
    assert.equal(await database.uow.read(author, () => Simulation.count()), before);
  });

  it('are listed with a permission to read only', async () => {
    const list = (actor: UserActor) =>
      database.uow.read(actor, (uow) => listSimulations(uow, { mine: false, limit: 9 }));
    await assert.rejects(list(having('simulations.create')), { code: 'FORBIDDEN' });
    assert.equal((await list(having('simulations.read_all'))).length, (await list(having('simulations.read'))).length);
  });

  it('are read by their author no longer when the account may not read', async () => {
    const made = await makeSimulation(author);
    const session = await makeSession(made);
    const submission = await makeSubmission(session, taskOf(session, 'design'));
    const nothing = having('simulations.create', 'candidates.invite');
    await assert.rejects(
      database.uow.read(nothing, (uow) => listCandidates(uow, made.id, { limit: 10 })),
      { code: 'SIMULATION_NOT_FOUND' },
    );
    await assert.rejects(
      database.uow.read(nothing, (uow) => loadSubmission(uow, submission.id)),
      { code: 'SUBMISSION_NOT_FOUND' },
    );
  });

  it('stay inside their organisation, whatever is asked', async () => {
    const made = await makeSimulation(author);
    const session = await makeSession(made);
    const submission = await makeSubmission(session, taskOf(session, 'design'));
    const stranger = await makeUser({ roles: ['owner', 'recruiter', 'reviewer'] });
    const filter = { candidateSessionId: session.id, limit: 10, offset: 0 };
    await database.uow.read(stranger, async (uow) => {
      await assert.rejects(loadSimulation(made.id), { code: 'SIMULATION_NOT_FOUND' });
      await assert.rejects(listCandidates(uow, made.id, { limit: 10 }), { code: 'SIMULATION_NOT_FOUND' });
      await assert.rejects(loadSubmission(uow, submission.id), { code: 'SUBMISSION_NOT_FOUND' });
      assert.deepEqual(await listSubmissions(uow, filter), []);
      assert.deepEqual(await listSimulations(uow, { mine: false, limit: 10 }), []);
    });
    const pretending = { ...stranger, userId: author.userId };
    assert.deepEqual(await database.uow.read(pretending, (uow) => listSubmissions(uow, filter)), []);
    await assert.rejects(
      database.uow.write(systemActor(stranger.orgId, 'test'), () =>
        Simulation.create({ ...given, orgId: author.orgId, createdBy: author.userId }),
      ),
      /another organisation/,
    );
  });
});
