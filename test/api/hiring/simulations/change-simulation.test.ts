import assert from 'node:assert/strict';
import type { TestApi } from '../../../support/api.ts';
import { makeSession, makeSimulation, type MadeSimulation } from '../../../support/factories-hiring.ts';
import { makeUser } from '../../../support/factories-identity.ts';
import { meanwhile } from '../../../support/meanwhile.ts';
import { everything, recruiterOf, startHiringApi, trailOf, type Problem, type Recruiter } from '../world.ts';

interface Shown {
  readonly id: number;
  readonly title: string;
  readonly focus: string;
  readonly templateKey: string;
  readonly closedAt: string | null;
  readonly tasks: readonly { readonly dayIndex: number; readonly templateRepoFullName?: string }[];
}

describe('changing, closing and duplicating a simulation', () => {
  let api: TestApi;
  let recruiter: Recruiter;
  before(async () => {
    api = await startHiringApi();
    recruiter = await recruiterOf(api);
  });
  after(() => api.close());

  const call = <Body>(method: string, path: string, body?: unknown, { token }: Recruiter = recruiter, headers = {}) =>
    api.call<Body>(method, `/api/simulations/${path}`, { token, headers, ...(body !== undefined && { body }) });
  const change = <Body = Shown>({ id }: MadeSimulation, body: unknown, who = recruiter) =>
    call<Body>('patch', id, body, who);
  const close = <Body = Shown>({ id }: MadeSimulation, who = recruiter) => call<Body>('post', `${id}/close`, {}, who);
  const duplicate = <Body = Shown>({ id }: MadeSimulation, body: unknown = {}, who = recruiter, headers = {}) =>
    call<Body>('post', `${id}/duplicate`, body, who, headers);
  const invite = <Body = Problem>({ id }: MadeSimulation, inviteEmail = 'ada@test.example') =>
    call<Body>('post', `${id}/invite`, { candidateName: 'Ada', inviteEmail });
  const actionsOf = async ({ id }: MadeSimulation) =>
    (await trailOf(api.database, 'simulation', id)).map(({ action }) => action);

  describe('PATCH /api/simulations/:id', () => {
    it('changes just what is sent', async () => {
      const made = await makeSimulation(recruiter.actor, { focus: 'Payments' });
      const before = await call<Shown>('get', made.id);
      const { status, body } = await change(made, { title: ' Another ', focus: '' });
      assert.equal(status, 200);
      assert.deepEqual(body, { ...before.body, title: 'Another', focus: '' });
      assert.deepEqual((await call<Shown>('get', made.id)).body, body);
      assert.deepEqual(await actionsOf(made), ['simulation.changed']);
    });

    it('gives the repository days another template, as long as nobody is invited', async () => {
      const made = await makeSimulation(recruiter.actor);
      const { body } = await change(made, { templateKey: 'go-gin' });
      assert.deepEqual(
        body.tasks.map(({ templateRepoFullName }) => templateRepoFullName),
        [
          undefined,
          'tenon-hire-dev/tenon-template-go-gin',
          'tenon-hire-dev/tenon-template-go-gin',
          undefined,
          undefined,
        ],
      );
      await makeSession(made);
      const refused = await change<Problem>(made, { templateKey: 'python-fastapi' });
      assert.deepEqual([refused.status, refused.body.errorCode], [409, 'SIMULATION_IN_USE']);
      assert.equal((await change(made, { templateKey: 'go-gin', title: 'Still Go' })).body.title, 'Still Go');
    });

    it('never changes the template under an invite that comes at the same moment', async () => {
      const made = await makeSimulation(recruiter.actor);
      const [changed, invited] = await meanwhile(
        api.database,
        { sql: 'select id from simulations where id = $1 for update', values: [made.id], waiting: 2 },
        () => Promise.all([change<Problem>(made, { templateKey: 'go-gin' }), invite(made)]),
      );
      assert.equal(invited.status, 201);
      const repos = await api.database.rows<{ repo: string; wanted: string }>(
        `select w.template_repo as repo, t.template_repo as wanted from workspaces w join simulation_tasks t on t.id = w.task_id
         where t.simulation_id = $1`,
        [made.id],
      );
      assert.equal(repos.length, 2);
      for (const { repo, wanted } of repos) assert.equal(repo, wanted, `${changed.status}`);
    });

    it('writes nothing when nothing is different', async () => {
      const made = await makeSimulation(recruiter.actor);
      const before = await everything(api.database);
      assert.equal((await change(made, { title: made.simulation.title })).status, 200);
      assert.deepEqual(await everything(api.database), before);
    });

    it('says 422 to nothing, to an unknown template, and to what is no text', async () => {
      const made = await makeSimulation(recruiter.actor);
      for (const body of [{}, { title: '' }, { title: 'x'.repeat(201) }, { role: 7 }, { templateKey: 'cobol' }]) {
        assert.equal((await change<Problem>(made, body)).status, 422, JSON.stringify(body));
      }
    });
  });

  describe('POST /api/simulations/:id/close', () => {
    it('lets nobody be invited any more, and who is goes on', async () => {
      const made = await makeSimulation(recruiter.actor);
      const { session } = await makeSession(made);
      const { status, body } = await close(made);
      assert.equal(status, 200);
      assert.ok(body.closedAt !== null);
      const refused = await invite(made);
      assert.deepEqual([refused.status, refused.body.errorCode], [409, 'SIMULATION_CLOSED']);
      const again = await invite(made, session.inviteEmail);
      assert.deepEqual([again.status, again.body.errorCode], [409, 'SIMULATION_CLOSED']);
      const [row] = await api.database.rows<{ status: string }>('select status from candidate_sessions where id = $1', [
        session.id,
      ]);
      assert.equal(row?.status, 'not_started');
      const changed = await change<Problem>(made, { title: 'Late' });
      assert.deepEqual([changed.status, changed.body.errorCode], [409, 'SIMULATION_CLOSED']);
    });

    it('changes nothing the second time', async () => {
      const made = await makeSimulation(recruiter.actor);
      const first = await close(made);
      const before = await everything(api.database);
      assert.deepEqual((await close(made)).body, first.body);
      assert.deepEqual(await everything(api.database), before);
      assert.deepEqual(await actionsOf(made), ['simulation.closed']);
    });
  });

  describe('POST /api/simulations/:id/duplicate', () => {
    it('makes an open one that says the same, without its candidates', async () => {
      const made = await makeSimulation(recruiter.actor, {
        title: 'Backend',
        focus: 'Payments',
        templateKey: 'go-gin',
      });
      await makeSession(made);
      await close(made);
      const { status, body } = await duplicate(made);
      assert.equal(status, 201);
      assert.notEqual(body.id, Number(made.id));
      assert.deepEqual([body.title, body.focus, body.templateKey], ['Copy of Backend', 'Payments', 'go-gin']);
      const copy = await call<Shown>('get', String(body.id));
      assert.equal(copy.body.closedAt, null);
      const listed = await api.call<{ id: number; numCandidates: number }[]>('get', '/api/simulations', {
        token: recruiter.token,
      });
      assert.equal(listed.body.find(({ id }) => id === body.id)?.numCandidates, 0);
    });

    it('takes another title, and cuts one that would become too long', async () => {
      const made = await makeSimulation(recruiter.actor, { title: 't'.repeat(200) });
      assert.equal((await duplicate(made, { title: 'Mine' })).body.title, 'Mine');
      assert.equal((await duplicate(made)).body.title.length, 200);
    });

    it('makes it once for one Idempotency-Key', async () => {
      const made = await makeSimulation(recruiter.actor);
      const key = { 'idempotency-key': 'copy-1' };
      const all = await Promise.all([1, 2].map(() => duplicate(made, {}, recruiter, key)));
      assert.deepEqual(all[0]?.body, all[1]?.body);
    });

    it('is open to whoever may read it and create: it is theirs then', async () => {
      const made = await makeSimulation(recruiter.actor);
      const { email } = await makeUser({ orgId: recruiter.actor.orgId, roles: ['recruiter', 'reviewer'] });
      const token = api.recruiterToken(email);
      const { status, body } = await duplicate(made, {}, { ...recruiter, token });
      assert.equal(status, 201);
      const mine = await api.call<{ id: number }[]>('get', '/api/simulations?mine=true', { token });
      assert.deepEqual(
        mine.body.map(({ id }) => id),
        [body.id],
      );
    });
  });

  it('says 404 for a colleague’s, another organisation’s and none, in the same words', async () => {
    const colleague = await recruiterOf(api, { orgId: recruiter.actor.orgId });
    const stranger = await recruiterOf(api);
    const made = [await makeSimulation(colleague.actor), await makeSimulation(stranger.actor)];
    const before = await everything(api.database);
    for (const one of [...made, { ...(made[0] as MadeSimulation), id: '999999999' }]) {
      for (const reply of [
        await change<Problem>(one, { title: 'Taken' }),
        await close<Problem>(one),
        await duplicate<Problem>(one),
      ]) {
        assert.deepEqual([reply.status, reply.body.errorCode], [404, 'SIMULATION_NOT_FOUND']);
      }
    }
    assert.deepEqual(await everything(api.database), before);
  });

  it('narrows lists: simulations by status and words, candidates by status and words', async () => {
    const who = await recruiterOf(api);
    const [open, closed] = [
      await makeSimulation(who.actor, { title: '100% Rust', role: 'Engineer' }),
      await makeSimulation(who.actor, { title: 'Go', role: 'Lead' }),
    ];
    await close(closed, who);
    const listed = async (query: string) =>
      (await api.call<{ id: number }[]>('get', `/api/simulations?${query}`, { token: who.token })).body.map(({ id }) =>
        String(id),
      );
    assert.deepEqual(await listed('status=open'), [open.id]);
    assert.deepEqual(await listed('status=closed'), [closed.id]);
    assert.deepEqual(await listed('search=rust'), [open.id]);
    assert.deepEqual(await listed('search=lead'), [closed.id]);
    assert.deepEqual(await listed(`search=${encodeURIComponent('%')}`), [open.id]);
    assert.deepEqual(await listed('search='), [closed.id, open.id]);
    const [ada, bert] = [
      await makeSession(open, { candidateName: 'Ada', inviteEmail: 'first@test.example' }),
      await makeSession(open, { candidateName: 'Bert', inviteEmail: 'second@test.example', status: 'revoked' }),
    ];
    const candidates = async (query: string) =>
      (await call<{ candidateSessionId: number }[]>('get', `${open.id}/candidates?${query}`, undefined, who)).body.map(
        ({ candidateSessionId }) => String(candidateSessionId),
      );
    assert.deepEqual(await candidates('status=revoked'), [bert.id]);
    assert.deepEqual(await candidates('search=ADA'), [ada.id]);
    assert.deepEqual(await candidates('search=second@'), [bert.id]);
    assert.deepEqual(await candidates('status=completed'), []);
    assert.equal((await call('get', `${open.id}/candidates?status=gone`, undefined, who)).status, 422);
  });

  it('leads on within what was narrowed', async () => {
    const who = await recruiterOf(api);
    for (const title of ['one', 'two', 'other', 'three']) {
      await makeSimulation(who.actor, { title, role: title === 'other' ? 'Chef' : 'Engineer' });
    }
    const titles: string[] = [];
    let path: string | undefined = '/api/simulations?search=engineer&status=open&limit=2';
    while (path !== undefined) {
      const { body, headers }: { body: { title: string }[]; headers: Headers } = await api.call<{ title: string }[]>(
        'get',
        path,
        { token: who.token },
      );
      titles.push(...body.map(({ title }) => title));
      path = /<([^>]+)>/.exec(headers.get('link') ?? '')?.[1];
    }
    assert.deepEqual(titles, ['three', 'two', 'one']);
  });
});
