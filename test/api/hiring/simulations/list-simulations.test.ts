import assert from 'node:assert/strict';
import type { ListedSimulation } from '../../../../api/hiring/simulations/presenter.ts';
import type { TestApi } from '../../../support/api.ts';
import { makeSession, makeSimulation } from '../../../support/factories-hiring.ts';
import { makeOrganization } from '../../../support/factories-identity.ts';
import { queriesOf } from '../../../support/sql-spy.ts';
import { recruiterOf, startHiringApi, type Problem, type Recruiter } from '../world.ts';

describe('GET /api/simulations', () => {
  let api: TestApi;
  let orgId: string;
  let recruiter: Recruiter;
  before(async () => {
    api = await startHiringApi();
    orgId = (await makeOrganization()).id;
    recruiter = await recruiterOf(api, { orgId });
  });
  after(() => api.close());

  const list = <Body = ListedSimulation[]>(query = '', { token }: Recruiter = recruiter) =>
    api.call<Body>('get', `/api/simulations${query}`, { token });
  const idsOf = async (query?: string, who?: Recruiter) => (await list(query, who)).body.map(({ id }) => id);

  /** Follows `Link: rel="next"` until there is none. */
  async function walk(query: string, who: Recruiter): Promise<number[][]> {
    const pages: number[][] = [];
    for (let next: string | undefined = query; next !== undefined;) {
      const page = await list(next, who);
      pages.push(page.body.map(({ id }) => id));
      next = nextQuery(page.headers);
    }
    return pages;
  }

  function nextQuery(headers: Headers): string | undefined {
    const link = headers.get('link');
    if (link === null) return undefined;
    const [, query] = /^<\/api\/simulations(\?[^>]+)>; rel="next"$/.exec(link) ?? [];
    assert.ok(query, `not a Link header as RFC 8288 has it: ${link}`);
    return query;
  }

  it('is an empty array for a newcomer', async () => {
    const { status, body, headers } = await list();
    assert.equal(status, 200);
    assert.deepEqual(body, []);
    assert.equal(headers.get('link'), null);
  });

  it('shows each of the contract’s fields, the candidates counted', async () => {
    const who = await recruiterOf(api, { orgId });
    const made = await makeSimulation(who.actor, {
      title: 'First',
      role: 'SRE',
      techStack: 'Go',
      templateKey: 'go-gin',
    });
    await makeSession(made);
    await makeSession(made, { status: 'expired' });
    await makeSession(await makeSimulation(who.actor, { createdAt: new Date('2020-01-01T00:00:00Z') }));
    const { body } = await list('', who);
    assert.deepEqual(body[0], {
      id: Number(made.id),
      title: 'First',
      role: 'SRE',
      techStack: 'Go',
      templateKey: 'go-gin',
      createdAt: made.simulation.createdAt.toISOString(),
      closedAt: null,
      numCandidates: 2,
    });
    assert.equal(body[1]?.numCandidates, 1);
  });

  it('shows one’s own only, newest first; of the same moment the later id', async () => {
    const who = await recruiterOf(api, { orgId });
    const at = (iso: string) => ({ createdAt: new Date(iso) });
    const middle = await makeSimulation(who.actor, at('2026-02-02T00:00:00Z'));
    const sameMoment = await makeSimulation(who.actor, at('2026-02-02T00:00:00Z'));
    const oldest = await makeSimulation(who.actor, at('2026-01-01T00:00:00Z'));
    const newest = await makeSimulation(who.actor, at('2026-03-03T00:00:00Z'));
    await makeSimulation((await recruiterOf(api, { orgId })).actor);
    await makeSimulation((await recruiterOf(api)).actor);
    assert.deepEqual(
      await idsOf('', who),
      [newest, sameMoment, middle, oldest].map(({ id }) => Number(id)),
    );
  });

  it('shows the organisation’s to whoever may read all, and just their own with ?mine', async () => {
    const { id } = await makeOrganization();
    const author = await recruiterOf(api, { orgId: id });
    const owner = await recruiterOf(api, { orgId: id, roles: ['owner', 'recruiter'] });
    const reviewer = await recruiterOf(api, { orgId: id, roles: ['reviewer'] });
    const theirs = Number((await makeSimulation(author.actor)).id);
    const owners = Number((await makeSimulation(owner.actor)).id);
    await makeSimulation((await recruiterOf(api)).actor);
    assert.deepEqual(await idsOf('', reviewer), [owners, theirs]);
    assert.deepEqual(await idsOf('', owner), [owners, theirs]);
    assert.deepEqual(await idsOf('?mine=true', owner), [owners]);
    assert.deepEqual(await idsOf('?mine=false', owner), [owners, theirs]);
    assert.deepEqual(await idsOf('?mine=true', reviewer), []);
    assert.deepEqual(await idsOf('?mine=false', author), [theirs], 'nobody widens their own view');
  });

  for (const limit of [1, 2, 3, 7, 8]) {
    it(`covers all exactly once in pages of ${limit}`, async () => {
      const who = await recruiterOf(api, { orgId });
      for (const day of [1, 1, 1, 2, 3, 3, 4]) {
        await makeSimulation(who.actor, { createdAt: new Date(Date.UTC(2026, 0, day)) });
      }
      const pages = await walk(`?limit=${limit}`, who);
      assert.deepEqual(pages.flat(), await idsOf('', who));
      assert.deepEqual(pages.length, Math.ceil(7 / limit));
      assert.ok(pages.slice(0, -1).every((page) => page.length === limit));
    });
  }

  it('keeps ?mine from page to page', async () => {
    const { id } = await makeOrganization();
    const owner = await recruiterOf(api, { orgId: id, roles: ['owner', 'recruiter'] });
    const other = await recruiterOf(api, { orgId: id });
    const mine: number[] = [];
    for (let count = 0; count < 3; count += 1) {
      mine.unshift(Number((await makeSimulation(owner.actor)).id));
      await makeSimulation(other.actor);
    }
    assert.deepEqual((await walk('?mine=true&limit=1', owner)).flat(), mine);
  });

  it('is not disturbed by what is created during the walk', async () => {
    const who = await recruiterOf(api, { orgId });
    for (const day of [1, 2, 3]) {
      await makeSimulation(who.actor, { createdAt: new Date(Date.UTC(2026, 0, day)) });
    }
    const before = await idsOf('', who);
    const first = await list('?limit=2', who);
    await makeSimulation(who.actor);
    assert.deepEqual([...first.body.map(({ id }) => id), ...(await idsOf(nextQuery(first.headers), who))], before);
  });

  const cursor = (parts: unknown): string => Buffer.from(JSON.stringify(parts)).toString('base64url');
  for (const query of [
    'limit=0',
    'limit=201',
    'limit=-1',
    'limit=1.5',
    'limit=ten',
    'limit=',
    'limit=1&limit=2',
    'mine=perhaps',
    'cursor=nonsense',
    'cursor=',
    `cursor=${cursor('text')}`,
    `cursor=${cursor({})}`,
    `cursor=${cursor([])}`,
    `cursor=${cursor(['2026-01-01T00:00:00.000Z'])}`,
    `cursor=${cursor(['yesterday', '1'])}`,
    `cursor=${cursor(['2026-01-01T00:00:00.000Z', '1; drop table simulations'])}`,
    `cursor=${cursor(['2026-01-01T00:00:00.000Z', '9'.repeat(19)])}`,
    `cursor=${cursor(['-200000-01-01T00:00:00Z', '1'])}`,
    `cursor=${cursor(['2026-02-31T99:00:00.000Z', '1'])}`,
    `cursor=${cursor(['+275760-09-13T00:00:00.000Z', '1'])}`,
    `cursor=${'A'.repeat(501)}`,
  ]) {
    it(`refuses ${query.slice(0, 60)} with a 422`, async () => {
      const { status, body } = await list<Problem>(`?${query}`);
      assert.equal(status, 422);
      assert.equal(body.errorCode, 'VALIDATION_ERROR');
      assert.equal(body.issues[0]?.loc[0], 'query');
      assert.equal(body.issues[0]?.loc[1], query.split('=')[0]);
    });
  }

  it('asks the database once, however many there are', async () => {
    const who = await recruiterOf(api, { orgId });
    for (let count = 0; count < 4; count += 1) await makeSession(await makeSimulation(who.actor));
    const statements = await queriesOf(() => list('', who));
    assert.equal(statements.filter((sql) => /simulations|candidate_sessions/.test(sql)).length, 1);
  });
});
