import assert from 'node:assert/strict';
import type { TestApi } from '../../../support/api.ts';
import {
  makeProgress,
  makeSession,
  makeSimulation,
  makeWorkspace,
  taskOf,
  type MadeSession,
  type MadeSimulation,
} from '../../../support/factories-hiring.ts';
import {
  candidateOf,
  everything,
  messagesOf,
  recruiterOf,
  sessionHeaders,
  startHiringApi,
  trailOf,
  type Problem,
  type Recruiter,
} from '../world.ts';

interface Revoked {
  readonly candidateSessionId: number;
  readonly status: string;
  readonly revokedAt: string;
  readonly reason: string;
}

describe('POST …/candidates/:candidateSessionId/revoke', () => {
  let api: TestApi;
  let recruiter: Recruiter;
  let simulation: MadeSimulation;
  before(async () => {
    api = await startHiringApi();
    recruiter = await recruiterOf(api);
    simulation = await makeSimulation(recruiter.actor);
  });
  after(() => api.close());

  const revoke = <Body = Revoked>(
    { id }: Pick<MadeSession, 'id'>,
    body: unknown = { reason: 'Hired elsewhere' },
    { token }: Recruiter = recruiter,
    simulationId = simulation.id,
  ) => api.call<Body>('post', `/api/simulations/${simulationId}/candidates/${id}/revoke`, { token, body });
  const workspaceOf = async ({ id }: MadeSession) =>
    api.database.rows<Record<string, unknown>>(
      `select github_username, access_granted_to, generation from workspaces where candidate_session_id = $1 order by task_id`,
      [id],
    );

  it('ends an open session, tells its clock, and keeps why', async () => {
    const ada = candidateOf(api);
    const made = await makeSession(simulation, { claimedBy: ada.identity });
    const { status, body } = await revoke(made);
    assert.equal(status, 200);
    assert.deepEqual(body, {
      candidateSessionId: Number(made.id),
      status: 'revoked',
      revokedAt: body.revokedAt,
      reason: 'Hired elsewhere',
    });
    const [message, ...more] = await messagesOf(api.database, made.id);
    assert.deepEqual(more, []);
    assert.deepEqual(
      [message?.start.workflowId, message?.signal?.name],
      [`candidate-session/${made.id}/1`, 'sessionChanged'],
    );
    const trail = await trailOf(api.database, 'candidate_session', made.id);
    const wanted = { status: 'revoked', generation: 1, revokedReason: 'Hired elsewhere' };
    assert.deepEqual(
      trail.map(({ action, actor, after }) => [action, actor.email, after]),
      [['candidate_session.revoked', recruiter.actor.email, wanted]],
    );
  });

  it('shuts every door of the candidate with a 410', async () => {
    const ada = candidateOf(api);
    const made = await makeSession(simulation, { claimedBy: ada.identity });
    await revoke(made);
    const { token } = ada;
    const headers = sessionHeaders(made.id);
    for (const [method, path, options] of [
      ['post', `/api/candidate/session/${made.token}/verify`, { token }],
      ['get', `/api/candidate/session/${made.token}`, { token }],
      ['get', `/api/candidate/session/${made.id}/current_task`, { token }],
      ['post', `/api/tasks/${taskOf(made, 'design').id}/submit`, { token, headers, body: { contentText: 'late' } }],
    ] as const) {
      const reply = await api.call<Problem>(method, path, options);
      assert.deepEqual([reply.status, reply.body.errorCode], [410, 'INVITE_REVOKED'], path);
    }
  });

  it('has access to the repositories taken away, and keeps what was handed in', async () => {
    const made = await makeSession(simulation, { claimedBy: candidateOf(api).identity });
    await makeProgress(made, 3);
    const settled = await makeWorkspace(made, taskOf(made, 'debug'), {
      githubUsername: 'octo',
      accessGrantedTo: 'octo',
    });
    await revoke(made);
    const [other, withdrawn] = await workspaceOf(made);
    assert.deepEqual(other, { github_username: null, access_granted_to: null, generation: 2 }, 'to be archived');
    assert.deepEqual(withdrawn, { github_username: null, access_granted_to: 'octo', generation: 2 });
    const starts = (await messagesOf(api.database, made.id)).map(({ start }) => start.workflowId);
    assert.ok(starts.includes(`workspace/${settled.id}/2`));
    const [kept] = await api.database.rows<{ n: string }>(
      'select count(*) as n from submissions where candidate_session_id = $1',
      [made.id],
    );
    assert.equal(kept?.n, '2');
  });

  it('leaves a repository that is still being made to the life that makes it', async () => {
    const made = await makeSession(simulation, { claimedBy: candidateOf(api).identity });
    await makeWorkspace(made, taskOf(made, 'code'), {
      status: 'provisioning',
      settledGeneration: 0,
      githubUsername: 'octo',
    });
    await revoke(made);
    assert.deepEqual(await workspaceOf(made), [{ github_username: null, access_granted_to: null, generation: 1 }]);
  });

  it('changes nothing the second time, also not the reason', async () => {
    const made = await makeSession(simulation);
    const first = await revoke(made);
    const before = await everything(api.database);
    const second = await revoke(made, { reason: 'Another one' });
    assert.deepEqual([second.status, second.body], [200, first.body]);
    assert.deepEqual(await everything(api.database), before);
  });

  it('lets the candidate be invited again, with another link', async () => {
    const made = await makeSession(simulation);
    await revoke(made);
    const again = await api.call<{ outcome: string; token: string }>(
      'post',
      `/api/simulations/${simulation.id}/invite`,
      {
        token: recruiter.token,
        body: { candidateName: 'Ada', inviteEmail: made.session.inviteEmail },
      },
    );
    assert.deepEqual([again.status, again.body.outcome], [201, 'created']);
    assert.notEqual(again.body.token, made.token);
  });

  for (const fields of [{ status: 'expired' }, { expiresAt: new Date('2020-01-01T00:00:00Z') }] as const) {
    it(`says 409 for a session that has ended: ${JSON.stringify(fields)}`, async () => {
      const { status, body } = await revoke<Problem>(await makeSession(simulation, fields));
      assert.deepEqual([status, body.errorCode], [409, 'SESSION_ENDED']);
    });
  }

  it('wants a reason', async () => {
    const made = await makeSession(simulation);
    for (const body of [{}, { reason: ' ' }, { reason: 'x'.repeat(501) }, { reason: 7 }]) {
      assert.equal((await revoke(made, body)).status, 422, JSON.stringify(body));
    }
  });

  it('says 404 for another’s simulation, and for a candidate of another simulation', async () => {
    const made = await makeSession(simulation);
    const before = await everything(api.database);
    const others = await revoke<Problem>(made, undefined, await recruiterOf(api));
    assert.deepEqual([others.status, others.body.errorCode], [404, 'SIMULATION_NOT_FOUND']);
    const second = await makeSimulation(recruiter.actor);
    const elsewhere = await revoke<Problem>(made, undefined, recruiter, second.id);
    assert.deepEqual([elsewhere.status, elsewhere.body.errorCode], [404, 'CANDIDATE_SESSION_NOT_FOUND']);
    assert.equal((await everything(api.database))['candidate_sessions'], before['candidate_sessions']);
  });
});
