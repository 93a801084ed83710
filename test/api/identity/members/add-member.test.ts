import assert from 'node:assert/strict';
import type { PresentedMember } from '../../../../api/identity/members/presenter.ts';
import { endpoints } from '../../../../api/index.ts';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { goodPassword, makeUser } from '../../../support/factories-identity.ts';
import { login, mailedTokens, type Tokens } from '../auth/world.ts';
import { assertRefused, callerAs, entriesOn, keyOf, named, PROFILE, roleIdOf, USERS } from './world.ts';

interface Added extends PresentedMember {
  readonly user_status: string;
  readonly membership_status: string;
  readonly credentials_issued: boolean;
}

describe('POST /api/v1/org/users', () => {
  let api: TestApi;
  let owner: UserActor;
  beforeEach(async () => {
    api = await startTestApi();
    owner = await makeUser({ roles: ['owner'] });
  });
  afterEach(() => api.close());

  const add = (body: object, as = owner) => callerAs(api, as)<Added>('post', USERS, body);
  const ada = {
    email: 'ada@example.com',
    first_name: 'Ada',
    last_name: 'Lovelace',
    employee_id: 'E-1',
    employment_start_date: '2026-02-28',
    roles: ['viewer', 'hr'],
  };

  it('gives the account with its membership and roles, and says that it is new', async () => {
    const { status, body } = await add(ada);
    assert.equal(status, 201, JSON.stringify(body));
    const { id, created_at } = body.user;
    const [hr, viewer] = [
      await roleIdOf(api.database, owner.orgId, 'hr'),
      await roleIdOf(api.database, owner.orgId, 'viewer'),
    ];
    assert.deepEqual(body, {
      user: {
        id,
        email: 'ada@example.com',
        full_name: 'Ada Lovelace',
        first_name: 'Ada',
        last_name: 'Lovelace',
        is_active: true,
        is_superuser: false,
        email_verified: false,
        last_active_at: null,
        created_at,
      },
      membership: {
        id,
        org_id: owner.orgId,
        user_id: id,
        employee_id: 'E-1',
        employment_start_date: '2026-02-28',
        platform_status: 'INVITED',
        invitation_status: 'PENDING',
        must_change_password: false,
        created_at,
      },
      roles: [
        { id: hr, name: 'hr', is_system_role: true },
        { id: viewer, name: 'viewer', is_system_role: true },
      ],
      user_status: 'new',
      membership_status: 'created',
      credentials_issued: false,
    });
    assert.deepEqual((await callerAs(api, owner)('get', `${USERS}/${id}`)).body.roles, body.roles);
  });

  it('needs just an e-mail: who has nothing else is called by what stands before the @, and is an employee', async () => {
    const { body } = await add({ email: 'just.this@example.com' });
    assert.equal(body.user.full_name, 'just.this');
    assert.deepEqual(
      body.roles.map(({ name }) => name),
      ['employee'],
    );
    const { body: without } = await add({ email: 'none@example.com', roles: [] });
    assert.deepEqual(without.roles, []);
  });

  it('calls people as it is told, else by those of the names that there are, on one line', async () => {
    const cases = [
      [{ name: ' Countess\n  of Lovelace ' }, 'Countess of Lovelace'],
      [{ name: 'Countess', first_name: 'Ada' }, 'Countess'],
      [{ first_name: 'Ada' }, 'Ada'],
      [{ last_name: 'Lovelace', first_name: null }, 'Lovelace'],
      [{ first_name: '', last_name: '  ' }, 'n4'],
      [{ name: 'Zoe\u0308' }, 'Zo\u00eb'],
    ] as const;
    for (const [at, [names, wanted]] of cases.entries()) {
      const { status, body } = await add({ email: `n${at}@example.com`, ...names });
      assert.deepEqual([status, body.user.full_name], [201, wanted], JSON.stringify(names));
    }
  });

  it('mails an invitation once it is committed: a link, a mail and a message to the worker, each one', async () => {
    const { body } = await add(ada);
    const { id } = body.user;
    const [mail, ...more] = await api.database.rows<{ id: string; link: string }>(
      `select e.id, e.org_id, e.kind, e.status, e.to_address, l.id as link, l.user_id, l.kind as link_kind, l.used_at,
         l.expires_at - l.created_at between interval '6 days 23 hours' and interval '7 days 1 minute' as lives_a_week
       from emails e join account_links l on l.id = e.account_link_id`,
    );
    assert.deepEqual(more, []);
    assert.deepEqual(mail, {
      id: mail?.id,
      org_id: owner.orgId,
      kind: 'accept_invitation',
      status: 'queued',
      to_address: 'ada@example.com',
      link: mail?.link,
      user_id: id,
      link_kind: 'accept_invitation',
      used_at: null,
      lives_a_week: true,
    });
    const outbox = await api.database.rows('select message from outbox');
    assert.deepEqual(outbox, [{ message: api.delivered[0] }]);
    const { workflowId, input, ref } = api.delivered[0]?.start ?? assert.fail('nothing was delivered');
    assert.deepEqual(
      [workflowId, input, ref],
      [`email/${mail?.id}`, { orgId: owner.orgId, emailId: mail?.id }, `account-${id}`],
    );
  });

  it('keeps the link’s token nowhere', async () => {
    await add(ada);
    const [token] = await mailedTokens(api, 'ada@example.com', 'accept_invitation');
    assert.ok(token);
    for (const table of ['account_links', 'emails', 'outbox', 'audit_entries']) {
      const rows = await api.database.rows(`select t::text as row from ${table} t`);
      assert.ok(!JSON.stringify(rows).includes(token), table);
    }
    assert.ok(!JSON.stringify(api.delivered).includes(token));
  });

  it('is in the trail with who did it and what was said, nothing of a password', async () => {
    const { body } = await add({ ...ada, temporary_password: goodPassword });
    const entries = await entriesOn(api.database, body.user.id);
    assert.deepEqual(entries, [
      {
        action: 'user.created',
        actor: named(owner),
        after: {
          email: 'ada@example.com',
          name: 'Ada Lovelace',
          firstName: 'Ada',
          lastName: 'Lovelace',
          employeeId: 'E-1',
          employmentStartDate: '2026-02-28',
          mustChangePassword: true,
          roles: ['viewer', 'hr'],
        },
      },
    ]);
  });

  it('takes the same e-mail in another organisation for somebody else', async () => {
    const other = await makeUser({ roles: ['owner'] });
    const [here, there] = [await add(ada), await add(ada, other)];
    assert.deepEqual([here.body.user_status, there.body.user_status], ['new', 'new']);
    assert.notEqual(here.body.user.id, there.body.user.id);
    assert.equal(there.body.membership.org_id, other.orgId);
  });

  describe('with a temporary password', () => {
    const temporary = { email: 'temp@example.com', temporary_password: goodPassword, roles: ['admin', 'recruiter'] };

    it('issues credentials instead of an invitation', async () => {
      const { status, body } = await add(temporary);
      assert.deepEqual([status, body.credentials_issued, body.membership.must_change_password], [201, true, true]);
      assert.equal(body.membership.platform_status, 'INVITED');
      const links = await api.database.rows(
        `select l.kind, l.user_id, e.kind as mail, e.to_address from account_links l join emails e on e.account_link_id = l.id`,
      );
      const { id: user_id } = body.user;
      const proof = { kind: 'verify_email', user_id, mail: 'verify_email', to_address: temporary.email };
      assert.deepEqual(links, [proof], 'the address is still to be proven, and nothing else is mailed');
      assert.equal(api.delivered.length, 1);
      const [row] = await api.database.rows<{ password_hash: string }>(
        'select password_hash from users where id = $1',
        [body.user.id],
      );
      assert.match(row?.password_hash ?? '', /^\$argon2id\$/);
      const trail = await api.database.rows<{ body: string }>('select body from audit_entries');
      for (const secret of [goodPassword, row?.password_hash ?? '']) {
        assert.ok(!JSON.stringify([trail, body]).includes(secret));
      }
    });

    it('is a person’s to hand out: a machine with a key invites', async () => {
      const admin = await makeUser({ orgId: owner.orgId, roles: ['admin'] });
      const token = await keyOf(api, admin, 'users.manage');
      const { email } = temporary;
      const reply = await api.call('post', USERS, { token, body: { email, temporary_password: goodPassword } });
      assertRefused(reply, 403, 'FORBIDDEN');
      assert.deepEqual(await api.database.rows('select id from users where email = $1', [email]), []);
      assert.equal((await api.call('post', USERS, { token, body: { email } })).status, 201);
    });

    it('opens nothing at the first sign-in but what it takes to change it', async () => {
      await add(temporary);
      const { status, body } = await login(api, temporary.email, goodPassword);
      assert.deepEqual([status, body.must_change_password], [200, true]);
      const closed = endpoints.filter(({ auth }) => auth.name === 'account' || auth.name === 'recruiter');
      assert.ok(closed.length > 25);
      for (const { method, path } of closed) {
        const reply = await api.call(method, path.replaceAll(/:\w+/g, owner.userId), { token: body.access_token });
        assert.deepEqual([reply.status, reply.body['detail']], [403, 'Password change required'], `${method} ${path}`);
      }
      const open = endpoints.filter(({ auth }) => auth.name === 'ownAccount').map(({ path }) => path);
      assert.deepEqual(open.toSorted(), [
        '/api/auth/logout',
        '/api/v1/auth/change-password',
        '/api/v1/auth/logout',
        '/api/v1/auth/me',
        '/users/me',
      ]);
    });

    it('makes a member of who has changed it', async () => {
      const { body: added } = await add(temporary);
      const { body: first } = await login(api, temporary.email, goodPassword);
      const next = { current_password: goodPassword, new_password: 'An0ther, better one' };
      const changed = await api.call<Tokens>('post', '/api/v1/auth/change-password', {
        token: first.access_token,
        body: next,
      });
      assert.equal(changed.status, 200);
      const { status, body } = await api.call<PresentedMember>('get', PROFILE, { token: changed.body.access_token });
      assert.deepEqual([status, body.user.id], [200, added.user.id]);
      const { platform_status, invitation_status, must_change_password } = body.membership;
      assert.deepEqual([platform_status, invitation_status, must_change_password], ['ACTIVE', 'ACCEPTED', false]);
    });
  });
});
