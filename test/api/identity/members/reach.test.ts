import assert from 'node:assert/strict';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { makeOrganization, makeUser } from '../../../support/factories-identity.ts';
import { everything } from '../../hiring/world.ts';
import { assertRefused, callerAs, makeAllowed, roleIdOf, ROLES, USERS } from './world.ts';

/** Below the line nobody with less reaches: `shaper` is whoever may manage roles by a custom one. */
const ranks = ['employee', 'viewer', 'recruiter', 'hr', 'auditor', 'shaper', 'admin', 'owner', 'superuser'] as const;
type Rank = (typeof ranks)[number];
const reaches: Readonly<Record<string, readonly Rank[]>> = {
  hr: ['employee', 'viewer', 'recruiter', 'hr', 'auditor'],
  admin: ['employee', 'viewer', 'recruiter', 'hr', 'auditor', 'shaper', 'admin'],
  owner: ['employee', 'viewer', 'recruiter', 'hr', 'auditor', 'shaper', 'admin', 'owner'],
  superuser: ranks,
};
const changes = ['change', 'deactivate', 'invite again', 'delete'] as const;

describe('nobody reaches upward', () => {
  let api: TestApi;
  let orgId: string;
  before(async () => {
    api = await startTestApi();
    orgId = (await makeOrganization()).id;
    await makeUser({ orgId, roles: ['owner'] }); // another owner is always left
  });
  after(() => api.close());

  const make = (rank: string): Promise<UserActor> => {
    if (rank === 'superuser') return makeUser({ orgId, isSuperuser: true, roles: ['employee'] });
    if (rank === 'auditor') return makeAllowed(api, orgId, 'audit_logs.read');
    if (rank === 'shaper') return makeAllowed(api, orgId, 'roles.manage');
    return makeUser({ orgId, roles: [rank] });
  };
  const attempt = (as: UserActor, what: (typeof changes)[number], { userId }: UserActor) => {
    const path = `${USERS}/${userId}`;
    const call = callerAs(api, as);
    if (what === 'change') return call('patch', path, { last_name: 'Changed' });
    if (what === 'deactivate') return call('patch', path, { platform_status: 'SUSPENDED' });
    return what === 'delete' ? call('delete', path) : call('post', `${path}/invitation`);
  };

  for (const [role, within] of Object.entries(reaches)) {
    for (const rank of ranks) {
      const may = within.includes(rank);
      it(`${role} ${may ? 'may' : 'may not'} change, deactivate, invite again and delete: ${rank}`, async () => {
        const [actor, target] = [await make(role), await make(rank)];
        if (!may) {
          const before = await everything(api.database);
          for (const what of changes) assertRefused(await attempt(actor, what, target), 403, 'FORBIDDEN', what);
          assert.deepEqual(await everything(api.database), before);
          return;
        }
        for (const what of changes) {
          const { status, body } = await attempt(actor, what, what === 'invite again' ? await make(rank) : target);
          assert.ok(status < 300, `${what}: ${status} ${JSON.stringify(body)}`);
        }
      });
    }
  }

  describe('with roles either', () => {
    const pathOf = ({ userId }: UserActor) => `${ROLES}/org/users/${userId}/roles`;
    const cases = [
      ['hr', ['admin', 'hr'], false],
      ['hr', ['owner', 'hr'], false],
      ['admin', ['owner', 'admin'], false],
      ['hr', ['employee', 'hr'], true],
      ['admin', ['admin', 'hr'], true],
      ['owner', ['owner', 'hr'], true],
    ] as const;
    for (const [role, [above, own], may] of cases) {
      it(`${role} ${may ? 'may' : 'may not'} take the role ${own} from who is ${above}`, async () => {
        const actor = await make(role);
        const target = await makeUser({ orgId, roles: [above, own] });
        const reply = await callerAs(api, actor)(
          'delete',
          `${pathOf(target)}/${await roleIdOf(api.database, orgId, own)}`,
        );
        if (may) assert.equal(reply.status, 200, JSON.stringify(reply.body));
        else assertRefused(reply, 403, 'FORBIDDEN');
      });
    }

    for (const role of ['hr', 'admin', 'owner']) {
      it(`${role} gives a superuser no role and takes none`, async () => {
        const [actor, superuser] = [await make(role), await make('superuser')];
        const call = callerAs(api, actor);
        const employee = await roleIdOf(api.database, orgId, 'employee');
        assertRefused(await call('delete', `${pathOf(superuser)}/${employee}`), 403, 'FORBIDDEN', 'take');
        const hr = await roleIdOf(api.database, orgId, 'hr');
        assertRefused(await call('post', pathOf(superuser), { role_id: hr }), 403, 'FORBIDDEN', 'give');
      });
    }
  });

  describe('from another organisation', () => {
    it('a superuser gives a role, also ownership, where nobody is left who could', async () => {
      const superuser = await makeUser({ isSuperuser: true, roles: ['owner'] });
      const org = await makeOrganization();
      const heir = await makeUser({ orgId: org.id, roles: ['employee'] });
      const call = callerAs(api, superuser, { 'x-org-id': org.slug });
      for (const name of ['viewer', 'recruiter', 'admin', 'owner']) {
        const role_id = await roleIdOf(api.database, org.id, name);
        const { status, body } = await call('post', pathTo(heir), { role_id });
        assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
      }
    });

    it('a superuser adds an owner', async () => {
      const superuser = await makeUser({ isSuperuser: true, roles: ['owner'] });
      const org = await makeOrganization();
      const owner = { email: 'owner@example.com', roles: ['owner'] };
      const { status, body } = await callerAs(api, superuser, { 'x-org-id': org.slug })('post', USERS, owner);
      assert.equal(status, 201, JSON.stringify(body));
    });
  });

  const pathTo = ({ userId }: UserActor) => `${ROLES}/org/users/${userId}/roles`;
});
