import assert from 'node:assert/strict';
import type { Reply, TestApi } from '../../../support/api.ts';
import { makeSession, makeSimulation, type MadeSession } from '../../../support/factories-hiring.ts';
import { queriesOf } from '../../../support/sql-spy.ts';
import { candidateOf, recruiterOf, startHiringApi, type Problem, type Recruiter } from '../world.ts';

interface Listed {
  readonly candidateSessionId: number;
  readonly status: string;
  readonly inviteEmailStatus: string | null;
  readonly inviteEmailSentAt: string | null;
  readonly inviteEmailError: string | null;
  readonly hasFitProfile: boolean;
}

describe('GET /api/simulations/:id/candidates', () => {
  let api: TestApi;
  let recruiter: Recruiter;
  before(async () => {
    api = await startHiringApi();
    recruiter = await recruiterOf(api);
  });
  after(() => api.close());

  const list = <Body = Listed[]>(id: string, { token }: Recruiter = recruiter) =>
    api.call<Body>('get', `/api/simulations/${id}/candidates`, { token });
  const addMail = (made: MadeSession, status: string, error: string | null = null, age = '0 s') =>
    api.database.rows(
      `insert into emails (org_id, kind, candidate_session_id, session_generation, to_address, status, last_error, sent_at, created_at)
       values ($1, 'invitation', $2, 1, 'x@test.example', $3::text, $4,
               case when $3 = 'sent' then timestamptz '2026-01-02T03:04:05Z' end, now() - $5::interval)`,
      [made.orgId, made.id, status, error, age],
    );

  it('is an empty array when nobody was invited', async () => {
    const { id } = await makeSimulation(recruiter.actor);
    const { status, body } = await list(id);
    assert.equal(status, 200);
    assert.deepEqual(body, []);
  });

  it('shows each of the contract’s fields, nullable ones always present', async () => {
    const simulation = await makeSimulation(recruiter.actor);
    const made = await makeSession(simulation, { candidateName: 'Ada', inviteEmail: 'ada@test.example' });
    const { body } = await list(simulation.id);
    assert.deepEqual(body, [
      {
        candidateSessionId: Number(made.id),
        inviteEmail: 'ada@test.example',
        candidateName: 'Ada',
        status: 'not_started',
        startedAt: null,
        completedAt: null,
        expiresAt: made.session.expiresAt.toISOString(),
        hasFitProfile: false,
        inviteEmailStatus: null,
        inviteEmailSentAt: null,
        inviteEmailError: null,
        sessionWorkflowUrl: `http://127.0.0.1:8233/namespaces/default/workflows/candidate-session%2F${made.id}%2F1`,
      },
    ]);
  });

  it('shows every status as it is written, latest session first', async () => {
    const simulation = await makeSimulation(recruiter.actor);
    const made = [
      await makeSession(simulation),
      await makeSession(simulation, { claimedBy: candidateOf(api).identity }),
      await makeSession(simulation, { claimedBy: candidateOf(api).identity, status: 'completed' }),
      await makeSession(simulation, { status: 'expired' }),
      await makeSession(simulation, { status: 'revoked' }),
    ];
    const { body } = await list(simulation.id);
    assert.deepEqual(
      body.map(({ candidateSessionId, status }) => [candidateSessionId, status]),
      made.map(({ id, session }) => [Number(id), session.status]).reverse(),
    );
    assert.deepEqual(
      body.map(({ status }) => status),
      ['revoked', 'expired', 'completed', 'in_progress', 'not_started'],
    );
    const completed = made[2]?.session;
    assert.deepEqual(
      { ...body[2] },
      {
        ...body[2],
        startedAt: completed?.startedAt?.toISOString(),
        completedAt: completed?.completedAt?.toISOString(),
      },
    );
  });

  for (const [status, shown, sentAt, error] of [
    ['queued', null, null, null],
    ['sent', 'sent', '2026-01-02T03:04:05.000Z', null],
    ['failed', 'failed', null, 'no such mailbox'],
    ['skipped', null, null, null],
  ] as const) {
    it(`shows a mail that is ${status} as ${shown ?? 'null'}`, async () => {
      const simulation = await makeSimulation(recruiter.actor);
      await addMail(await makeSession(simulation), status, error);
      const [item] = (await list(simulation.id)).body;
      assert.deepEqual(
        [item?.inviteEmailStatus, item?.inviteEmailSentAt, item?.inviteEmailError],
        [shown, sentAt, error],
      );
    });
  }

  it('shows the last of several mails, its error cut at 200 characters', async () => {
    const simulation = await makeSimulation(recruiter.actor);
    const made = await makeSession(simulation);
    await addMail(made, 'failed', 'e'.repeat(300));
    await addMail(made, 'sent', null, '1 hour');
    const { body } = await list(simulation.id);
    assert.equal(body.length, 1);
    assert.equal(body[0]?.inviteEmailStatus, 'failed');
    assert.equal(body[0]?.inviteEmailError, 'e'.repeat(200));
  });

  it('shows the invitation’s mail, whatever other mails the session has had since', async () => {
    const simulation = await makeSimulation(recruiter.actor);
    const made = await makeSession(simulation);
    await addMail(made, 'failed', 'no such mailbox', '1 hour');
    await api.database.rows(
      `insert into emails (org_id, kind, candidate_session_id, session_generation, to_address, status)
       values ($1, 'invitation_failed', $2, 1, 'r@test.example', 'sent')`,
      [made.orgId, made.id],
    );
    assert.equal((await list(simulation.id)).body[0]?.inviteEmailError, 'no such mailbox');
  });

  it('says whether there is a fit profile', async () => {
    const simulation = await makeSimulation(recruiter.actor);
    const made = await makeSession(simulation);
    await makeSession(simulation);
    await api.database.rows('insert into fit_profiles (org_id, candidate_session_id) values ($1, $2)', [
      made.orgId,
      made.id,
    ]);
    assert.deepEqual(
      (await list(simulation.id)).body.map(({ hasFitProfile }) => hasFitProfile),
      [false, true],
    );
  });

  it('shows the candidates of this simulation alone', async () => {
    const simulation = await makeSimulation(recruiter.actor);
    await makeSession(await makeSimulation(recruiter.actor));
    assert.deepEqual((await list(simulation.id)).body, []);
  });

  it('leads through pages with a Link header, each candidate once', async () => {
    const simulation = await makeSimulation(recruiter.actor);
    const made: number[] = [];
    for (let count = 0; count < 5; count += 1) made.unshift(Number((await makeSession(simulation)).id));
    const path = `/api/simulations/${simulation.id}/candidates`;
    const pages: number[][] = [];
    for (let next: string | undefined = `${path}?limit=2`; next !== undefined;) {
      const { body, headers }: Reply<Listed[]> = await api.call('get', next, { token: recruiter.token });
      pages.push(body.map(({ candidateSessionId }) => candidateSessionId));
      const link = headers.get('link');
      next = /^<(.+\?[^>]+)>; rel="next"$/.exec(link ?? '')?.[1];
      assert.equal(next === undefined, link === null);
    }
    assert.deepEqual(pages, [made.slice(0, 2), made.slice(2, 4), made.slice(4)]);
    const exact = await api.call('get', `${path}?limit=5`, { token: recruiter.token });
    assert.equal(exact.headers.get('link'), null);
    assert.equal((await list(simulation.id)).headers.get('link'), null);
  });

  it('shows the latest 1 000 when no limit is given', async () => {
    const simulation = await makeSimulation(recruiter.actor);
    const { id } = await makeSession(simulation);
    await api.database.rows(
      `insert into candidate_sessions (org_id, simulation_id, candidate_name, invite_email, token_hash, token_key_id, invited_at, expires_at)
       select org_id, simulation_id, 'C', 'c' || n || '@test.example', sha256(n::text::bytea), token_key_id, invited_at, expires_at
       from candidate_sessions, generate_series(1, 1000) n where id = $1`,
      [id],
    );
    const { body } = await list(simulation.id);
    assert.equal(body.length, 1000);
    assert.ok(body.every(({ candidateSessionId }) => candidateSessionId > Number(id)));
  });

  const cursor = (parts: unknown): string => Buffer.from(JSON.stringify(parts)).toString('base64url');
  for (const query of [
    'limit=0',
    'limit=201',
    'cursor=nonsense',
    `cursor=${cursor([])}`,
    `cursor=${cursor(['x'])}`,
    `cursor=${cursor(['1', '2'])}`,
    `cursor=${cursor(['2026-01-01T00:00:00.000Z', '1'])}`,
    `cursor=${cursor(['9'.repeat(19)])}`,
  ]) {
    it(`refuses ?${query} with a 422`, async () => {
      const { id } = await makeSimulation(recruiter.actor);
      const { token } = recruiter;
      const { status, body } = await api.call<Problem>('get', `/api/simulations/${id}/candidates?${query}`, { token });
      assert.equal(status, 422);
      assert.deepEqual(body.issues[0]?.loc, ['query', query.split('=')[0]]);
    });
  }

  it('is open to whoever may read the whole organisation', async () => {
    const { orgId } = recruiter.actor;
    const simulation = await makeSimulation(recruiter.actor);
    await makeSession(simulation);
    for (const role of ['reviewer', 'owner']) {
      const { body } = await list(simulation.id, await recruiterOf(api, { orgId, roles: [role] }));
      assert.equal(body.length, 1, role);
    }
  });

  it('says 404 for a colleague’s, another organisation’s and none, in the same words', async () => {
    const { orgId } = recruiter.actor;
    const { id } = await makeSimulation(recruiter.actor);
    const elsewhere = await recruiterOf(api, { roles: ['owner', 'recruiter', 'reviewer'] });
    for (const [wanted, who] of [
      [id, await recruiterOf(api, { orgId })],
      [id, elsewhere],
      ['999999999', recruiter],
    ] as const) {
      const { status, body } = await list<Problem>(wanted, who);
      assert.equal(status, 404);
      assert.equal(body.detail, 'Simulation not found');
      assert.equal(body.errorCode, 'SIMULATION_NOT_FOUND');
    }
  });

  it('refuses an id that is no integer with a 422', async () => {
    const { status, body } = await list<Problem>('abc');
    assert.equal(status, 422);
    assert.deepEqual(body.issues[0]?.loc, ['path', 'id']);
  });

  it('asks the database once, however many there are', async () => {
    const simulation = await makeSimulation(recruiter.actor);
    for (let count = 0; count < 4; count += 1) await addMail(await makeSession(simulation), 'sent');
    const statements = await queriesOf(() => list(simulation.id));
    assert.equal(statements.filter((sql) => /simulations|candidate_sessions/.test(sql)).length, 1);
  });
});
