import assert from 'node:assert/strict';
import type { PresentedMember } from '../../../../api/identity/members/presenter.ts';
import { cursorOf, type Page } from '../../../../api/pages.ts';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { makeUser } from '../../../support/factories-identity.ts';
import { queriesOf } from '../../../support/sql-spy.ts';
import { callerAs, USERS } from './world.ts';

type Members = Page<PresentedMember>;

describe('GET /api/v1/org/users', () => {
  let api: TestApi;
  let owner: UserActor;
  const people: UserActor[] = [];
  before(async () => {
    api = await startTestApi();
    owner = await makeUser({ roles: ['owner', 'recruiter'] });
    for (let n = 0; n < 6; n += 1) people.push(await makeUser({ orgId: owner.orgId, roles: ['employee'] }));
    await api.database.rows(`update users set created_at = '2026-01-01T00:00:00Z' where id = $1`, [owner.userId]);
    // Within one millisecond, which is all that a cursor can tell apart.
    await api.database.rows(
      `update users set created_at = '2026-01-02T00:00:00.123Z'::timestamptz + make_interval(secs => (number % 4) / 1e6)
       where org_id = $1 and id <> $2`,
      [owner.orgId, owner.userId],
    );
  });
  after(() => api.close());

  const get = async (query = '', as = owner): Promise<Members> => {
    const { status, body } = await callerAs(api, as)<Members>('get', `${USERS}${query}`);
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  };
  const idsOf = ({ items }: Members) => items.map(({ membership }) => membership.id);

  it('shows everybody of the organisation, newest first, with membership and roles', async () => {
    const { items, total, next_cursor } = await get();
    assert.deepEqual([items.length, total, next_cursor], [7, 7, null]);
    const oldest = items.at(-1);
    assert.deepEqual(oldest, {
      user: {
        id: owner.userId,
        email: owner.email,
        full_name: owner.name,
        first_name: null,
        last_name: null,
        is_active: true,
        is_superuser: false,
        email_verified: false,
        last_active_at: null,
        created_at: '2026-01-01T00:00:00.000Z',
      },
      membership: {
        id: owner.userId,
        org_id: owner.orgId,
        user_id: owner.userId,
        employee_id: null,
        employment_start_date: null,
        platform_status: 'INVITED',
        invitation_status: 'PENDING',
        must_change_password: false,
        created_at: '2026-01-01T00:00:00.000Z',
      },
      roles: oldest?.roles.map(({ id }, at) => ({ id, name: ['owner', 'recruiter'][at], is_system_role: true })),
    });
    assert.equal(oldest?.roles.length, 2);
  });

  it('tells nothing of passwords and outside identities', async () => {
    const { body } = await callerAs(api, owner)<Members>('get', USERS);
    assert.doesNotMatch(JSON.stringify(body), /hash|subject|issuer|token/i);
  });

  it('leads through all of them by page, each once, although many were added at the same time', async () => {
    const all = idsOf(await get());
    assert.equal(new Set(all).size, 7);
    const pages = [
      await get('?page=1&page_size=3'),
      await get('?page=2&page_size=3'),
      await get('?page=3&page_size=3'),
    ];
    assert.deepEqual(pages.map(idsOf), [all.slice(0, 3), all.slice(3, 6), all.slice(6)]);
    assert.deepEqual(
      pages.map(({ total }) => total),
      [7, 7, 7],
    );
    const beyond = await get('?page=4&page_size=3');
    assert.deepEqual(beyond, { items: [], total: 7, next_cursor: null });
  });

  for (const size of [1, 2, 3, 6, 7, 8]) {
    it(`leads through all of them by cursor, ${size} at a time, each once`, async () => {
      const all = idsOf(await get());
      const seen: string[][] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: Members = await get(`?page_size=${size}${cursor && `&cursor=${cursor}`}`);
        assert.equal(page.total, 7);
        seen.push(idsOf(page));
        cursor = page.next_cursor;
      }
      assert.deepEqual(seen.flat(), all);
      assert.equal(seen.length, Math.ceil(7 / size), 'no empty page at the end');
    });
  }

  it('gives pages by cursor that do not move while somebody is added', async () => {
    const first = await get('?page_size=2');
    const second = await get(`?page_size=2&cursor=${first.next_cursor}`);
    const late = await makeUser({ orgId: owner.orgId, roles: ['employee'] });
    assert.deepEqual(idsOf(await get(`?page_size=2&cursor=${first.next_cursor}`)), idsOf(second));
    assert.deepEqual(idsOf(await get('?page_size=1')), [late.userId]);
    await api.database.rows('delete from users where id = $1', [late.userId]);
  });

  it('asks the database as often for one as for all', async () => {
    const queries = async (size: number) => (await queriesOf(() => get(`?page_size=${size}`))).length;
    assert.equal(await queries(1), await queries(200));
  });

  it('never shows anybody of another organisation, also not by a cursor of one', async () => {
    const other = await makeUser({ roles: ['owner'] });
    assert.deepEqual(idsOf(await get('', other)), [other.userId]);
    const { next_cursor } = await get('?page_size=1');
    assert.deepEqual(await get(`?cursor=${next_cursor}`, other), { items: [], total: 1, next_cursor: null });
  });

  it('refuses questions that make no sense, and says which part', async () => {
    const now = new Date().toISOString();
    const cases: readonly (readonly [string, string])[] = [
      ['page=0', 'page'],
      ['page=-1', 'page'],
      ['page=1.5', 'page'],
      ['page=x', 'page'],
      ['page_size=0', 'page_size'],
      ['page_size=201', 'page_size'],
      ['cursor=nonsense', 'cursor'],
      [`cursor=${cursorOf([now])}`, 'cursor'],
      [`cursor=${cursorOf([now, 'no-uuid'])}`, 'cursor'],
      [`cursor=${cursorOf(["2026-01-01'; drop table users", people[0]?.userId ?? ''])}`, 'cursor'],
      [`cursor=${cursorOf(['2026-02-31T00:00:00.000Z', people[0]?.userId ?? ''])}`, 'cursor'],
      [`search=${'x'.repeat(101)}`, 'search'],
      ['search=%00', 'search'],
      ['status=UNKNOWN', 'status'],
      [`role=${'x'.repeat(101)}`, 'role'],
    ];
    for (const [query, part] of cases) {
      const { status, body } = await callerAs(api, owner)<Members>('get', `${USERS}?${query}`);
      assert.deepEqual([status, body.errorCode], [422, 'VALIDATION_ERROR'], query);
      assert.ok(
        body.issues?.some(({ loc }) => loc.includes(part)),
        `${query}: ${JSON.stringify(body.issues)}`,
      );
    }
    const { next_cursor } = await get('?page_size=1');
    assert.equal((await callerAs(api, owner)('get', `${USERS}?page=2&cursor=${next_cursor}`)).status, 422);
  });

  it('wants a token', async () => {
    assert.equal((await api.call('get', USERS)).status, 401);
  });
});
