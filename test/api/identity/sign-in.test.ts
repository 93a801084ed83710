import assert from 'node:assert/strict';
import { systemActor } from '../../../domain/identity/actor.ts';
import { rowsOf } from '../../../core/database.ts';
import { startTestApi, type TestApi } from '../../support/api.ts';
import { makeOrganization, makeUser } from '../../support/factories-identity.ts';
import type { Claims } from '../../support/tokens.ts';

interface Me {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly detail?: string;
  readonly errorCode?: string;
  readonly organizations?: readonly { readonly id: string; readonly name: string }[];
}

interface UserRow {
  readonly id: string;
  readonly number: string;
  readonly org_id: string;
  readonly subject: string | null;
}

describe('signing in as a recruiter', () => {
  let api: TestApi;
  before(async () => {
    api = await startTestApi();
  });
  after(() => api.close());

  const me = (email: string, claims: Claims = {}, headers: Readonly<Record<string, string>> = {}) =>
    api.call<Me>('get', '/api/auth/me', { token: api.recruiterToken(email, claims), headers });
  const usersOf = (email: string): Promise<UserRow[]> =>
    api.database.rows<UserRow>('select id, number, org_id, subject from users where email = $1 order by number', [
      email,
    ]);
  const auditOf = async (orgId: string): Promise<string[]> => {
    const rows = await api.database.rows<{ action: string }>(
      'select action from audit_entries where org_id = $1 order by seq',
      [orgId],
    );
    return rows.map((row) => row.action);
  };

  it('the first time makes a personal organisation with its owner, the second time finds it', async () => {
    const first = await me('New@Example.com', { name: 'Newcomer' });
    assert.equal(first.status, 200);
    const [row] = await usersOf('new@example.com');
    assert.deepEqual(first.body, {
      id: Number(row?.number),
      name: 'Newcomer',
      email: 'new@example.com',
      role: 'recruiter',
    });
    assert.deepEqual((await me('new@example.com')).body, first.body);
    assert.equal((await usersOf('new@example.com')).length, 1);
    assert.deepEqual(await auditOf(row?.org_id ?? ''), ['organization.created', 'user.created', 'user.identity_bound']);
    const roles = await api.database.rows<{ name: string }>(
      'select r.name from user_roles u join roles r on r.id = u.role_id where u.user_id = $1 order by 1',
      [row?.id],
    );
    assert.deepEqual(
      roles.map(({ name }) => name),
      ['owner', 'recruiter'],
    );
  });

  it('many times at once, the first time, makes one account', async () => {
    const replies = await Promise.all(Array.from({ length: 6 }, () => me('rush@example.com')));
    assert.deepEqual(
      replies.map(({ status }) => status),
      Array.from({ length: 6 }, () => 200),
    );
    assert.equal(new Set(replies.map(({ body }) => body.id)).size, 1);
    assert.equal((await usersOf('rush@example.com')).length, 1);
    const orgs = await api.database.rows('select id from organizations where name like $1', ['rush%']);
    assert.equal(orgs.length, 1);
  });

  it('at once as two people with one new e-mail makes one account, for one of them', async () => {
    const replies = await Promise.all([me('twins@example.com', { sub: 'a' }), me('twins@example.com', { sub: 'b' })]);
    assert.deepEqual(
      replies.map(({ status }) => status).toSorted((a, b) => a - b),
      [200, 403],
    );
    assert.equal((await usersOf('twins@example.com')).length, 1);
  });

  it('binds an account that waits for this e-mail, once, and says so in the audit trail', async () => {
    const user = await makeUser({ email: 'bound@example.com' });
    const replies = await Promise.all(Array.from({ length: 4 }, () => me('bound@example.com')));
    for (const { status, body } of replies) assert.deepEqual([status, body.id], [200, user.userNumber]);
    const actions = await auditOf(user.orgId);
    assert.equal(actions.filter((action) => action === 'user.identity_bound').length, 1);
    const moved = await me('moved@example.com', { sub: 'test|bound@example.com' });
    assert.deepEqual([moved.status, moved.body.id], [200, user.userNumber], 'the identity decides, not the e-mail');
  });

  it('never takes over an account that somebody else has signed in to', async () => {
    await makeUser({ email: 'taken@example.com' });
    assert.equal((await me('taken@example.com')).status, 200);
    const { status, body } = await me('taken@example.com', { sub: 'another|identity' });
    assert.deepEqual([status, body.errorCode], [403, 'IDENTITY_CONFLICT']);
    assert.deepEqual(
      (await usersOf('taken@example.com')).map(({ subject }) => subject),
      ['test|taken@example.com'],
    );
  });

  it('with an e-mail that is not verified never gets an account that exists', async () => {
    await makeUser({ email: 'careful@example.com' });
    for (const email_verified of [false, null]) {
      const { status, body } = await me('careful@example.com', { email_verified });
      assert.deepEqual([status, body.detail], [403, 'Email verification required']);
    }
    assert.deepEqual(
      (await usersOf('careful@example.com')).map(({ subject }) => subject),
      [null],
    );
  });

  it('with an e-mail that the provider says is not verified takes no address from its owner', async () => {
    const { status, body } = await me('owner@example.com', { email_verified: false });
    assert.deepEqual([status, body.errorCode], [403, 'EMAIL_NOT_VERIFIED']);
    assert.deepEqual(await usersOf('owner@example.com'), []);
    assert.equal((await me('owner@example.com', { sub: 'the-owner' })).status, 200);
  });

  it('with a provider that does not tell whether e-mails are verified gets an organisation of its own', async () => {
    assert.equal((await me('silent@example.com', { email_verified: null })).status, 200);
  });

  it('with one e-mail in several organisations asks which, and binds the one that is named', async () => {
    const one = await makeOrganization({ name: 'One & Co', slug: 'one-co' });
    const two = await makeOrganization({ name: 'Two Ltd', slug: 'two-ltd' });
    const first = await makeUser({ orgId: one.id, email: 'both@example.com' });
    const second = await makeUser({ orgId: two.id, email: 'both@example.com' });
    const asked = await me('both@example.com');
    assert.deepEqual([asked.status, asked.body.errorCode], [409, 'ORG_REQUIRED']);
    const names = (asked.body.organizations ?? []).toSorted((a, b) => a.name.localeCompare(b.name));
    assert.deepEqual(names, [
      { id: one.id, name: 'One & Co' },
      { id: two.id, name: 'Two Ltd' },
    ]);
    assert.equal((await me('both@example.com', {}, { 'x-org-id': 'two-ltd' })).body.id, second.userNumber);
    assert.equal((await me('both@example.com')).body.id, second.userNumber, 'bound to one, that one it is');
    assert.equal((await me('both@example.com', {}, { 'x-org-id': one.id.toUpperCase() })).body.id, first.userNumber);
    const again = await me('both@example.com');
    assert.deepEqual([again.status, again.body.organizations?.length], [409, 2]);
    assert.equal((await me('both@example.com', {}, { 'x-org-id': 'one-co' })).body.id, first.userNumber);
  });

  it('in an organisation where one has no account is refused, also the first time', async () => {
    const other = await makeOrganization();
    await me('stranger@example.com');
    for (const name of [other.slug, other.id, ` ${other.slug.toUpperCase()} `]) {
      const known = await me('stranger@example.com', {}, { 'x-org-id': name });
      const newcomer = await me('newcomer2@example.com', {}, { 'x-org-id': name });
      for (const { status, body } of [known, newcomer]) {
        assert.deepEqual([status, body.errorCode], [403, 'ORG_MEMBERSHIP_REQUIRED'], name);
      }
    }
    assert.equal((await usersOf('newcomer2@example.com')).length, 0);
  });

  it('in an organisation that is not there, or cannot be, is refused with words', async () => {
    const unknown = await me('stranger@example.com', {}, { 'x-org-id': 'no-such-org' });
    assert.deepEqual([unknown.status, unknown.body.detail], [404, 'Org not found: no-such-org']);
    for (const name of ["'; drop table users; --", 'x', '-dash', 'a'.repeat(65)]) {
      const { status, body } = await me('stranger@example.com', {}, { 'x-org-id': name });
      assert.deepEqual([status, body.detail], [400, `Invalid tenant id format: ${name}`]);
    }
    const elsewhere = await me('stranger@example.com', {}, { 'x-tenant-id': 'no-such-org' });
    assert.equal(elsewhere.status, 200, 'no other header names an organisation');
  });

  it('to a deactivated account is refused', async () => {
    const user = await makeUser({ email: 'gone@example.com' });
    await me('gone@example.com');
    await api.app.uow.write(systemActor(user.orgId, 'test'), ({ db }) =>
      rowsOf(db, 'update users set is_active = false where id = $1', [user.userId]),
    );
    const { status, body } = await me('gone@example.com');
    assert.deepEqual([status, body.errorCode], [403, 'ACCOUNT_INACTIVE']);
  });

  it('reads roles from the database at each request, whatever the token says', async () => {
    const user = await makeUser({ email: 'roles@example.com', roles: ['reviewer'] });
    assert.equal((await me('roles@example.com')).body.role, 'reviewer');
    await api.database.rows('delete from user_roles where user_id = $1', [user.userId]);
    const { status, body } = await me('roles@example.com', { permissions: ['recruiter:access', 'simulations.create'] });
    assert.deepEqual([status, body.detail], [403, 'Recruiter access required']);
  });
});
