import assert from 'node:assert/strict';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { systemRoles } from '../../../../domain/identity/permissions.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { makeOrganization, makeUser } from '../../../support/factories-identity.ts';
import { everything } from '../../hiring/world.ts';
import { assertRefused, callerAs, PROFILE, roleIdOf, ROLES, USERS } from '../members/world.ts';

/** What an attempt works on: somebody who is allowed nothing and was invited, and roles that allow nothing. */
interface Targets {
  readonly n: number;
  readonly employee: UserActor;
  readonly employeeRole: string;
  readonly customRole: string;
}

type Attempt = (targets: Targets) => readonly [method: string, path: string, body?: object];

const everybody = ['owner', 'admin', 'hr', 'recruiter', 'reviewer', 'viewer', 'employee', 'nobody'];
const readers = ['owner', 'admin', 'hr', 'viewer'];
const keepers = ['owner', 'admin', 'hr'];
const shapers = ['owner', 'admin'];

/** contracts/identity.md section 3.4 and docs/identity.md: who may, of the system roles. */
const table: readonly (readonly [name: string, may: readonly string[], attempt: Attempt])[] = [
  ['add somebody', keepers, ({ n }) => ['post', USERS, { email: `new${n}@example.com` }]],
  ['list people', readers, () => ['get', USERS]],
  ['read somebody', readers, ({ employee }) => ['get', `${USERS}/${employee.userId}`]],
  ['change somebody', keepers, ({ n, employee }) => ['patch', `${USERS}/${employee.userId}`, { employee_id: `E${n}` }]],
  ['deactivate', keepers, ({ employee }) => ['patch', `${USERS}/${employee.userId}`, { platform_status: 'SUSPENDED' }]],
  ['invite again', keepers, ({ employee }) => ['post', `${USERS}/${employee.userId}/invitation`]],
  ['delete somebody', keepers, ({ employee }) => ['delete', `${USERS}/${employee.userId}`]],
  ['read the own profile', everybody, () => ['get', PROFILE]],
  ['change the own profile', everybody, () => ['patch', PROFILE, { name: 'Changed' }]],
  ['list roles', readers, () => ['get', ROLES]],
  ['list who has a role', readers, ({ customRole }) => ['get', `${ROLES}/${customRole}/members`]],
  ['create a role', shapers, ({ n }) => ['post', ROLES, { name: `Made ${n}` }]],
  ['change a role', shapers, ({ customRole }) => ['patch', `${ROLES}/${customRole}`, { description: 'Changed' }]],
  ['delete a role', shapers, ({ customRole }) => ['delete', `${ROLES}/${customRole}`]],
  [
    'give a role',
    keepers,
    ({ employee, customRole }) => ['post', `${ROLES}/org/users/${employee.userId}/roles`, { role_id: customRole }],
  ],
  [
    'take a role',
    keepers,
    ({ employee, employeeRole }) => ['delete', `${ROLES}/org/users/${employee.userId}/roles/${employeeRole}`],
  ],
  ['create an organisation', [], ({ n }) => ['post', '/api/v1/orgs', { name: `Organisation ${n}` }]],
];

describe('who may do what', () => {
  let api: TestApi;
  let orgId: string;
  let counted = 0;
  before(async () => {
    api = await startTestApi();
    orgId = (await makeOrganization()).id;
    await makeUser({ orgId, roles: ['owner'] });
  });
  after(() => api.close());

  const makeTargets = async (): Promise<Targets> => {
    const n = (counted += 1);
    const employee = await makeUser({ orgId, roles: ['employee'] });
    await api.database.rows('insert into roles (org_id, name) values ($1, $2)', [orgId, `Target ${n}`]);
    return {
      n,
      employee,
      employeeRole: await roleIdOf(api.database, orgId, 'employee'),
      customRole: await roleIdOf(api.database, orgId, `Target ${n}`),
    };
  };

  it('asks about every system role', () => {
    assert.deepEqual(everybody.filter((role) => role !== 'nobody').toSorted(), Object.keys(systemRoles).toSorted());
  });

  for (const role of everybody) {
    describe(`as ${role}`, () => {
      let actor: UserActor;
      before(async () => {
        actor = await makeUser({ orgId, roles: role === 'nobody' ? [] : [role] });
      });

      for (const [name, , attempt] of table.filter(([, may]) => may.includes(role))) {
        it(`one may ${name}`, async () => {
          const { status, body } = await callerAs(api, actor)(...attempt(await makeTargets()));
          assert.ok(status >= 200 && status < 300, `${status} ${JSON.stringify(body)}`);
        });
      }

      it('one may do nothing else, and an attempt leaves nothing', async () => {
        const targets = await makeTargets();
        const before = await everything(api.database);
        for (const [name, , attempt] of table.filter(([, may]) => !may.includes(role))) {
          assertRefused(await callerAs(api, actor)(...attempt(targets)), 403, 'FORBIDDEN', name);
        }
        assert.deepEqual(await everything(api.database), before);
      });
    });
  }

  it('a superuser may do everything, whatever their roles', async () => {
    const superuser = await makeUser({ orgId, isSuperuser: true, roles: [] });
    for (const [name, , attempt] of table) {
      const { status, body } = await callerAs(api, superuser)(...attempt(await makeTargets()));
      assert.ok(status >= 200 && status < 300, `${name}: ${status} ${JSON.stringify(body)}`);
    }
  });

  it('nobody may do anything without a token', async () => {
    const targets = await makeTargets();
    for (const [name, , attempt] of table) {
      const [method, path, body] = attempt(targets);
      assert.equal((await api.call(method, path, body && { body })).status, 401, name);
    }
  });
});
