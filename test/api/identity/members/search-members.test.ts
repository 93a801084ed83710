import assert from 'node:assert/strict';
import type { PresentedMember } from '../../../../api/identity/members/presenter.ts';
import type { Page } from '../../../../api/pages.ts';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { makeUser } from '../../../support/factories-identity.ts';
import { callerAs, USERS } from './world.ts';

describe('searching the people of an organisation', () => {
  let api: TestApi;
  let owner: UserActor;
  before(async () => {
    api = await startTestApi();
    owner = await makeUser({ name: 'The Boss', email: 'boss@example.com', roles: ['owner'] });
    for (const person of [
      { email: 'ada@example.com', name: 'Ada 100% Lovelace', employee_id: 'E-7' },
      { email: 'snake_case@example.com', name: 'Under Score' },
      { email: 'back@example.com', name: 'Back\\slash' },
      { email: 'unal@example.com', name: 'Ünal Öz', employee_id: 'Ä%1' },
      {
        email: 'grace@example.com',
        name: 'Amazing Grace',
        first_name: 'Grace',
        last_name: 'Hopper',
        roles: ['viewer'],
      },
    ]) {
      assert.equal((await callerAs(api, owner)('post', USERS, person)).status, 201);
    }
    const { orgId } = owner;
    const gone = await makeUser({ orgId, email: 'gone@example.com', name: 'Gone', roles: ['viewer'] });
    await api.database.rows('update users set is_active = false where id = $1', [gone.userId]);
    const active = await makeUser({ orgId, email: 'active@example.com', name: 'Active', roles: ['viewer', 'hr'] });
    await api.database.rows('update users set accepted_at = now() where id = $1', [active.userId]);
  });
  after(() => api.close());

  const find = async (query: Readonly<Record<string, string>>): Promise<string[]> => {
    const search = new URLSearchParams(query).toString();
    const { status, body } = await callerAs(api, owner)<Page<PresentedMember>>('get', `${USERS}?${search}`);
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.total, body.items.length);
    return body.items.map(({ user }) => user.email.replace('@example.com', '')).toSorted();
  };

  it('finds by a part of the name, the e-mail or the employee id', async () => {
    assert.deepEqual(await find({ search: 'lovel' }), ['ada']);
    assert.deepEqual(await find({ search: 'boss@' }), ['boss']);
    assert.deepEqual(await find({ search: 'e-7' }), ['ada']);
    assert.deepEqual(await find({ search: 'nobody at all' }), []);
  });

  it('finds by first and last name, also of who is called otherwise', async () => {
    assert.deepEqual(await find({ search: 'hopper' }), ['grace']);
  });

  it('takes % and _ and \\ for what they are', async () => {
    assert.deepEqual(await find({ search: '%' }), ['ada', 'unal']);
    assert.deepEqual(await find({ search: '100%' }), ['ada']);
    assert.deepEqual(await find({ search: '_' }), ['snake_case']);
    assert.deepEqual(await find({ search: '\\' }), ['back']);
    assert.deepEqual(await find({ search: 'back\\s' }), ['back']);
    assert.deepEqual(await find({ search: '\\%' }), []);
    assert.deepEqual(await find({ search: 'a_a' }), []);
    assert.deepEqual(await find({ search: "'; drop table users; --" }), []);
  });

  it('finds in any case, also beyond ASCII, and without the spaces around', async () => {
    for (const search of ['ADA', 'aDa ', ' lOVELACE']) assert.deepEqual(await find({ search }), ['ada'], search);
    for (const search of ['ünal', 'ÜNAL', 'öZ', 'ä%']) assert.deepEqual(await find({ search }), ['unal'], search);
  });

  it('finds an accent however the keyboard composes it, as names are kept in one form', async () => {
    assert.deepEqual(await find({ search: 'U\u0308nal' }), ['unal']);
  });

  it('shows everybody for an empty search', async () => {
    assert.equal((await find({ search: '' })).length, 8);
    assert.equal((await find({ search: '  ' })).length, 8);
  });

  it('filters by where the membership stands, in any case', async () => {
    assert.deepEqual(await find({ status: 'SUSPENDED' }), ['gone']);
    assert.deepEqual(await find({ status: 'active' }), ['active']);
    assert.deepEqual(await find({ status: 'Invited' }), ['ada', 'back', 'boss', 'grace', 'snake_case', 'unal']);
  });

  it('filters by the name of a role', async () => {
    assert.deepEqual(await find({ role: 'viewer' }), ['active', 'gone', 'grace']);
    assert.deepEqual(await find({ role: 'owner' }), ['boss']);
    assert.deepEqual(await find({ role: 'no such role' }), []);
    assert.deepEqual(await find({ role: '%' }), []);
  });

  it('wants all that is asked for at once, and pages just that', async () => {
    assert.deepEqual(await find({ role: 'viewer', status: 'ACTIVE', search: 'ACT' }), ['active']);
    assert.deepEqual(await find({ role: 'viewer', status: 'ACTIVE', search: 'grace' }), []);
    const { body } = await callerAs(api, owner)<Page<PresentedMember>>('get', `${USERS}?role=viewer&page_size=2`);
    assert.deepEqual([body.items.length, body.total], [2, 3]);
    const path = `${USERS}?role=viewer&page_size=2&cursor=${body.next_cursor}`;
    const rest = await callerAs(api, owner)<Page<PresentedMember>>('get', path);
    assert.deepEqual([rest.body.items.length, rest.body.total, rest.body.next_cursor], [1, 3, null]);
  });
});
