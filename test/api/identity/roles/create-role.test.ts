import assert from 'node:assert/strict';
import type { PresentedRole } from '../../../../api/identity/roles/presenter.ts';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { makeUser } from '../../../support/factories-identity.ts';
import { meanwhile } from '../../../support/meanwhile.ts';
import { everything } from '../../hiring/world.ts';
import { assertRefused, callerAs, entriesOn, makeAllowed, named, ROLES } from '../members/world.ts';

describe('POST /api/v1/roles', () => {
  let api: TestApi;
  let owner: UserActor;
  beforeEach(async () => {
    api = await startTestApi();
    owner = await makeUser({ roles: ['owner'] });
  });
  afterEach(() => api.close());

  const create = (body: object, as = owner) => callerAs(api, as)<PresentedRole>('post', ROLES, body);
  const reviewer = {
    name: '  backend   reviewer ',
    description: ' Reads what is handed in ',
    permissions: ['users.read', 'simulations.read', 'users.read'],
  };

  it('gives the role: each word with a capital letter, permissions once and sorted', async () => {
    const { status, body } = await create(reviewer);
    assert.equal(status, 201, JSON.stringify(body));
    assert.deepEqual(body, {
      id: body.id,
      org_id: owner.orgId,
      name: 'Backend Reviewer',
      description: 'Reads what is handed in',
      is_system_role: false,
      permissions: ['simulations.read', 'users.read'],
      member_count: 0,
      created_at: body.created_at,
      updated_at: body.created_at,
    });
    const { body: list } = await callerAs(api, owner)<{ items: PresentedRole[] }>('get', ROLES);
    assert.deepEqual(
      list.items.find(({ id }) => id === body.id),
      body,
    );
  });

  it('needs just a name: it then allows nothing', async () => {
    const { status, body } = await create({ name: 'guest' });
    assert.deepEqual([status, body.name, body.description, body.permissions], [201, 'Guest', '', []]);
  });

  it('is in the trail', async () => {
    const { body } = await create(reviewer);
    assert.deepEqual(await entriesOn(api.database, body.id), [
      {
        action: 'role.created',
        actor: named(owner),
        after: {
          name: 'Backend Reviewer',
          description: 'Reads what is handed in',
          permissions: ['simulations.read', 'users.read'],
        },
      },
    ]);
  });

  it('refuses a name that is taken, however it is written, and leaves nothing', async () => {
    await create({ name: 'Backend Réviewer' });
    const before = await everything(api.database);
    for (const name of ['Backend Réviewer', 'backend réviewer', ' backend  réviewer ', 'backend re\u0301viewer']) {
      assertRefused(await create({ name }), 400, 'ROLE_NAME_TAKEN', name);
    }
    assert.deepEqual(await everything(api.database), before);
    const elsewhere = await makeUser({ roles: ['owner'] });
    assert.equal((await create({ name: 'Backend Réviewer' }, elsewhere)).status, 201, 'each organisation has its own');
  });

  it('refuses the name of a system role: two that are told apart by a capital letter mislead who gives them', async () => {
    for (const name of ['admin', 'Owner', 'hr', 'VIEWER']) {
      assertRefused(await create({ name }), 400, 'ROLE_NAME_TAKEN', name);
    }
  });

  it('ten times at once makes one', async () => {
    const replies = await meanwhile(
      api.database,
      { sql: 'lock table roles in share mode', values: [], waiting: 10 },
      () => Promise.all(Array.from({ length: 10 }, () => create(reviewer))),
    );
    assert.deepEqual(replies.map(({ status, body }) => `${status} ${body.errorCode ?? 'ok'}`).toSorted(), [
      '201 ok',
      ...Array.from({ length: 9 }, () => '400 ROLE_NAME_TAKEN'),
    ]);
  });

  it('names each permission that there is none of, and leaves nothing', async () => {
    const before = await everything(api.database);
    for (const unknown of ['users.raed', 'toString', '__proto__', 'USERS.READ', '*']) {
      const reply = await create({ name: 'typo', permissions: ['users.read', unknown, 'coffee.brew'] });
      assertRefused(reply, 422, 'PERMISSION_UNKNOWN', unknown);
      assert.ok(reply.body.detail?.includes(`${unknown}, coffee.brew.`), reply.body.detail);
    }
    assert.deepEqual(await everything(api.database), before);
  });

  it('allows nobody to allow more than they are allowed themselves', async () => {
    const keeper = await makeAllowed(api, owner.orgId, 'roles.manage', 'users.read');
    assert.equal((await create({ name: 'less', permissions: ['users.read'] }, keeper)).status, 201);
    const before = await everything(api.database);
    const more = { name: 'more', permissions: ['users.read', 'users.manage', 'audit_logs.read'] };
    const reply = await create(more, keeper);
    assertRefused(reply, 403, 'PERMISSION_NOT_YOURS');
    assert.equal(reply.body.detail, 'You are not allowed yourself: users.manage, audit_logs.read');
    assert.deepEqual(await everything(api.database), before);
  });

  it('refuses what makes no sense, and says which part', async () => {
    const before = await everything(api.database);
    const cases: readonly (readonly [object, string])[] = [
      [{ name: undefined }, 'name'],
      [{ name: ' ' }, 'name'],
      [{ name: 'x'.repeat(101) }, 'name'],
      [{ name: 'a\0b' }, 'name'],
      [{ description: 'x'.repeat(501) }, 'description'],
      [{ description: null }, 'description'],
      [{ permissions: 'users.read' }, 'permissions'],
      [{ permissions: [7] }, 'permissions'],
      [{ permissions: Array.from({ length: 201 }, () => 'users.read') }, 'permissions'],
    ];
    for (const [changes, part] of cases) {
      const reply = await create({ name: 'fine', ...changes });
      assertRefused(reply, 422, 'VALIDATION_ERROR', JSON.stringify(changes));
      assert.ok(
        reply.body.issues?.some(({ loc }) => loc.includes(part)),
        JSON.stringify(reply.body.issues),
      );
    }
    assert.deepEqual(await everything(api.database), before);
  });

  it('takes every name of up to a hundred characters, also where a capital is written with two', async () => {
    const { status, body } = await create({ name: `${'ß '.repeat(49)}ß` });
    assert.equal(status, 201, JSON.stringify(body));
  });
});
