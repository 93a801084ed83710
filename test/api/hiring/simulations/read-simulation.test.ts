import assert from 'node:assert/strict';
import { fiveDays } from '../../../../domain/hiring/blueprint.ts';
import type { TestApi } from '../../../support/api.ts';
import { makeSimulation } from '../../../support/factories-hiring.ts';
import { makeUser } from '../../../support/factories-identity.ts';
import { candidateOf, recruiterOf, startHiringApi, type Problem, type Recruiter } from '../world.ts';

describe('GET /api/simulations/:id', () => {
  let api: TestApi;
  let recruiter: Recruiter;
  before(async () => {
    api = await startHiringApi();
    recruiter = await recruiterOf(api);
  });
  after(() => api.close());

  const read = <Body = Readonly<Record<string, unknown>>>(id: string, token = recruiter.token) =>
    api.call<Body>('get', `/api/simulations/${id}`, { token });

  it('shows each of the contract’s fields, with the five days in their order', async () => {
    const { id, simulation, tasks } = await makeSimulation(recruiter.actor, { focus: 'Payments' });
    const { status, body } = await read(id);
    assert.equal(status, 200);
    assert.deepEqual(body, {
      id: Number(id),
      title: simulation.title,
      templateKey: 'node-express-ts',
      role: 'Backend Engineer',
      techStack: 'Node.js + Postgres',
      seniority: 'Mid',
      focus: 'Payments',
      scenario: 'default-5day-node-postgres',
      createdAt: simulation.createdAt.toISOString(),
      closedAt: null,
      tasks: fiveDays.map(({ dayIndex, title, type, description }, at) => ({
        id: Number(tasks[at]?.id),
        dayIndex,
        title,
        type,
        description,
        rubric: null,
        ...((dayIndex === 2 || dayIndex === 3) && {
          templateRepoFullName: 'tenon-hire-dev/tenon-template-node-express-ts',
        }),
      })),
    });
  });

  it('shows the score of a task that has one', async () => {
    const { id, orgId } = await makeSimulation(recruiter.actor);
    await api.database.rows('update simulation_tasks set max_score = 10 where org_id = $1 and simulation_id = $2', [
      orgId,
      id,
    ]);
    const { body } = await read<{ tasks: { maxScore?: number }[] }>(id);
    assert.deepEqual(
      body.tasks.map(({ maxScore }) => maxScore),
      [10, 10, 10, 10, 10],
    );
  });

  it('is open to whoever may read the whole organisation', async () => {
    const reviewer = await makeUser({ orgId: recruiter.actor.orgId, roles: ['reviewer'] });
    const { id } = await makeSimulation(recruiter.actor);
    assert.equal((await read(id, api.recruiterToken(reviewer.email))).status, 200);
  });

  it('says 404 for a colleague’s, another organisation’s and none, in the same words', async () => {
    const colleague = await recruiterOf(api, { orgId: recruiter.actor.orgId });
    const stranger = await recruiterOf(api);
    const foreign = [
      (await makeSimulation(colleague.actor)).id,
      (await makeSimulation(stranger.actor)).id,
      '999999999',
    ];
    for (const id of foreign) {
      const { status, body } = await read<Problem>(id);
      assert.deepEqual([status, body.errorCode, body.detail], [404, 'SIMULATION_NOT_FOUND', 'Simulation not found']);
    }
  });

  it('says 422 for an id that is no integer, 401 without a token, 403 to a candidate', async () => {
    assert.equal((await read('x1')).status, 422);
    assert.equal((await api.call('get', '/api/simulations/1')).status, 401);
    assert.equal((await read('1', candidateOf(api).token)).status, 403);
  });
});
