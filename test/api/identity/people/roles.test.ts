import assert from 'node:assert/strict';
import { startApi } from '../../../../api/http-server.ts';
import { endpoints } from '../../../../api/index.ts';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { permissionCatalogue } from '../../../../domain/identity/permissions.ts';
import { startTestApi, type CallOptions, type TestApi } from '../../../support/api.ts';
import { makeUser } from '../../../support/factories-identity.ts';
import { actionsOn } from '../auth/world.ts';

interface Role {
  readonly id: string;
  readonly name: string;
  readonly is_system_role: boolean;
  readonly permissions: readonly string[];
  readonly member_count: number;
  readonly detail?: string;
  readonly errorCode?: string;
}

interface Roles {
  readonly items: readonly Role[];
  readonly total: number;
}

interface Member {
  readonly roles: readonly { readonly id: string; readonly name: string }[];
  readonly detail?: string;
  readonly errorCode?: string;
}

const PATH = '/api/v1/roles';

describe('the roles of an organisation', () => {
  let api: TestApi;
  let owner: UserActor;
  before(async () => {
    api = await startTestApi();
  });
  beforeEach(async () => {
    owner = await makeUser({ roles: ['owner'] });
  });
  after(() => api.close());

  const as = <Body = Role>(actor: UserActor, method: string, path: string, options: CallOptions = {}) =>
    api.call<Body>(method, path, { token: api.ownToken(actor), ...options });
  const create = (body: object, actor = owner) => as(actor, 'post', PATH, { body });
  const list = async (actor = owner) => (await as<Roles>(actor, 'get', PATH)).body;
  const named = async (name: string): Promise<string> =>
    (await list()).items.find((role) => role.name === name)?.id ?? assert.fail(name);
  const assign = (user: UserActor, roleId: string, actor = owner) =>
    as<Member>(actor, 'post', `${PATH}/org/users/${user.userId}/roles`, { body: { role_id: roleId } });
  const take = (user: UserActor, roleId: string, actor = owner) =>
    as<Member>(actor, 'delete', `${PATH}/org/users/${user.userId}/roles/${roleId}`);
  const colleague = (...roles: string[]) => makeUser({ orgId: owner.orgId, roles });

  it('are the system roles at first, each with what the catalogue says', async () => {
    const { items, total } = await list();
    const names = ['admin', 'employee', 'hr', 'owner', 'recruiter', 'reviewer', 'viewer'];
    assert.deepEqual(
      items.map(({ name }) => name),
      names,
    );
    assert.equal(total, 7);
    assert.ok(items.every(({ is_system_role }) => is_system_role));
    assert.deepEqual(items.find(({ name }) => name === 'owner')?.permissions, Object.keys(permissionCatalogue).sort());
    assert.equal(items.find(({ name }) => name === 'owner')?.member_count, 1);
  });

  it('can allow what the catalogue lists, with a sentence each', async () => {
    const { body } = await as<{ items: { name: string; description: string }[] }>(owner, 'get', '/api/v1/permissions');
    assert.deepEqual(
      Object.fromEntries(body.items.map(({ name, description }) => [name, description])),
      permissionCatalogue,
    );
  });

  it('are made with a name in capitals and known permissions', async () => {
    const { status, body } = await create({ name: 'backend  reviewer', permissions: ['users.read', 'users.read'] });
    assert.equal(status, 201);
    assert.deepEqual([body.name, body.is_system_role, body.permissions], ['Backend Reviewer', false, ['users.read']]);
    const twice = await create({ name: 'Backend reviewer' });
    assert.deepEqual([twice.status, twice.body.errorCode], [400, 'ROLE_NAME_TAKEN']);
    const unknown = await create({ name: 'Wizard', permissions: ['magic.do', 'users.read'] });
    assert.equal(unknown.status, 422);
    assert.match(unknown.body.detail ?? '', /magic\.do/);
    assert.equal((await create({ permissions: [] })).status, 422);
  });

  it('are changed and deleted, but for system roles', async () => {
    const { body: role } = await create({ name: 'Helper', permissions: ['users.read'] });
    const changed = await as(owner, 'patch', `${PATH}/${role.id}`, {
      body: { name: 'better helper', permissions: ['roles.read'] },
    });
    assert.deepEqual(
      [changed.status, changed.body.name, changed.body.permissions],
      [200, 'Better Helper', ['roles.read']],
    );
    assert.equal((await as(owner, 'patch', `${PATH}/${role.id}`, { body: {} })).status, 422);
    const person = await colleague();
    await assign(person, role.id);
    assert.equal((await as(owner, 'delete', `${PATH}/${role.id}`)).status, 204);
    assert.equal((await as(owner, 'delete', `${PATH}/${role.id}`)).status, 404);
    assert.equal((await as(owner, 'patch', `${PATH}/${role.id}`, { body: { name: 'x' } })).status, 404);
    assert.equal((await as(person, 'get', PATH)).status, 403, 'whoever had it has lost it');
    const viewer = await named('viewer');
    for (const reply of [
      await as(owner, 'patch', `${PATH}/${viewer}`, { body: { permissions: [] } }),
      await as(owner, 'delete', `${PATH}/${viewer}`),
    ]) {
      assert.deepEqual([reply.status, reply.body.errorCode], [400, 'ROLE_IS_SYSTEM']);
    }
    assert.deepEqual(await actionsOn(api, role.id), ['role.created', 'role.updated', 'role.deleted']);
  });

  it('are given and taken, each harmless twice, and count at the very next request', async () => {
    const person = await colleague('employee');
    const viewer = await named('viewer');
    assert.equal((await as(person, 'get', PATH)).status, 403);
    for (let n = 0; n < 2; n += 1) {
      const { status, body } = await assign(person, viewer);
      assert.deepEqual([status, body.roles.map(({ name }) => name)], [200, ['employee', 'viewer']]);
    }
    assert.equal((await as(person, 'get', PATH)).status, 200);
    for (let n = 0; n < 2; n += 1)
      assert.deepEqual(
        (await take(person, viewer)).body.roles.map(({ name }) => name),
        ['employee'],
      );
    assert.equal((await as(person, 'get', PATH)).status, 403);
    const actions = (await actionsOn(api, person.userId)).filter((action) => action.startsWith('role.'));
    assert.deepEqual(actions, ['role.assigned', 'role.removed']);
  });

  it('that change count for their people at the next request, on every replica', async () => {
    const { body: role } = await create({ name: 'Changing', permissions: ['roles.read'] });
    const person = await colleague();
    await assign(person, role.id);
    const replica = await startApi({ app: api.app, endpoints, port: 0, host: '127.0.0.1' });
    const ask = async () =>
      (await fetch(new URL(PATH, replica.url), { headers: { authorization: `Bearer ${api.ownToken(person)}` } }))
        .status;
    assert.equal(await ask(), 200);
    await as(owner, 'patch', `${PATH}/${role.id}`, { body: { permissions: [] } });
    assert.equal(await ask(), 403);
    await replica.close(1_000);
  });

  it('list who has them, in pages', async () => {
    const [anna, bert] = [await colleague('hr'), await colleague('hr')];
    const hr = await named('hr');
    const { body } = await as<{ items: { user: { id: string } }[]; total: number }>(
      owner,
      'get',
      `${PATH}/${hr}/members?page_size=1`,
    );
    assert.deepEqual([body.total, body.items.map(({ user }) => user.id)], [2, [bert.userId]]);
    assert.equal((await as(owner, 'get', `${PATH}/${anna.userId}/members`)).status, 404);
  });

  it('are not given, made or changed beyond what one is allowed oneself', async () => {
    const hr = await colleague('hr');
    const person = await colleague('employee');
    assert.equal((await assign(person, await named('recruiter'), hr)).status, 403);
    assert.equal((await assign(person, await named('hr'), hr)).status, 200);
    assert.equal((await create({ name: 'X' }, hr)).status, 403);
    const { body: maker } = await create({
      name: 'Maker',
      permissions: ['roles.manage', 'roles.assign', 'users.read'],
    });
    const designer = await colleague();
    await assign(designer, maker.id);
    const more = await create({ name: 'More', permissions: ['audit_logs.read'] }, designer);
    assert.deepEqual([more.status, more.body.errorCode], [403, 'PERMISSION_NOT_YOURS']);
    const { body: strong } = await create({ name: 'Strong', permissions: ['audit_logs.read'] });
    for (const [method, body] of [
      ['patch', { permissions: [] }],
      ['delete', undefined],
    ] as const) {
      const reply = await as(designer, method, `${PATH}/${strong.id}`, body ? { body } : {});
      assert.deepEqual([reply.status, reply.body.errorCode], [403, 'PERMISSION_NOT_YOURS'], method);
    }
    assert.equal((await assign(designer, strong.id, designer)).status, 403);
  });

  it('of owners pass from owner to owner, and one stays', async () => {
    const [admin, second] = [await colleague('admin'), await colleague('employee')];
    const ownerRole = await named('owner');
    assert.equal((await assign(admin, ownerRole, admin)).status, 403);
    assert.equal((await take(owner, ownerRole, admin)).status, 403);
    const last = await take(owner, ownerRole);
    assert.deepEqual([last.status, last.body.errorCode], [409, 'LAST_OWNER']);
    assert.equal((await assign(second, ownerRole)).status, 200);
    assert.equal((await take(owner, ownerRole)).status, 200);
    assert.equal((await assign(owner, ownerRole)).status, 403, 'it is the other’s to give now');
  });

  it('are not given to who is deactivated or not here, and there is no role that is not here', async () => {
    const gone = await colleague('employee');
    const viewer = await named('viewer');
    await api.database.rows('update users set is_active = false where id = $1', [gone.userId]);
    assert.equal((await assign(gone, viewer)).status, 404);
    assert.equal((await assign(owner, gone.userId)).status, 404);
    const stranger = await makeUser();
    assert.equal((await assign(stranger, viewer)).status, 404);
  });
});
