import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { PresentedMember } from '../../../../api/identity/members/presenter.ts';
import type { Page } from '../../../../api/pages.ts';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { systemRoles } from '../../../../domain/identity/permissions.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { goodPassword, makeUser } from '../../../support/factories-identity.ts';
import { everything } from '../../hiring/world.ts';
import { mailedTokens, type Tokens } from '../auth/world.ts';
import { assertRefused, callerAs, entriesOn, named, USERS } from '../members/world.ts';

interface Organization {
  readonly id: string;
  readonly org_id: string;
  readonly name: string;
  readonly slug: string;
  readonly created_at: string;
}

describe('POST /api/v1/orgs', () => {
  let api: TestApi;
  let superuser: UserActor;
  beforeEach(async () => {
    api = await startTestApi();
    superuser = await makeUser({ isSuperuser: true, email: 'root@example.com', name: 'Root', roles: ['employee'] });
  });
  afterEach(() => api.close());

  const create = (body: object, as = superuser) => callerAs(api, as)<Organization>('post', '/api/v1/orgs', body);
  const slugFor = async (body: object) => {
    const made = await create(body);
    assert.equal(made.status, 201, JSON.stringify(made.body));
    assert.equal(made.body.org_id, made.body.slug);
    return made.body.slug;
  };
  const ownersOf = async ({ slug }: Organization) => {
    const call = callerAs(api, superuser, { 'x-org-id': slug });
    return (await call<Page<PresentedMember>>('get', `${USERS}?role=owner`)).body.items;
  };

  it('gives the organisation, with the slug as the org_id that X-Org-Id takes', async () => {
    const { status, body } = await create({ name: ' Local   Co. ', owner_email: 'ada@example.com' });
    assert.equal(status, 201, JSON.stringify(body));
    const { id, created_at } = body;
    assert.deepEqual(body, { id, org_id: 'local-co', name: 'Local Co.', slug: 'local-co', created_at });
    const roles = await api.database.rows<{ name: string }>(
      'select name from roles where org_id = $1 and is_system order by name',
      [id],
    );
    assert.deepEqual(
      roles.map(({ name }) => name),
      Object.keys(systemRoles).toSorted(),
    );
  });

  it('invites the owner by mail, who opens it with a password', async () => {
    const { body } = await create({ name: 'Local Co.', owner_email: 'ADA@example.com', owner_name: 'Ada Lovelace' });
    const [owner, ...others] = await ownersOf(body);
    assert.deepEqual(others, []);
    assert.deepEqual(
      [owner?.user.email, owner?.user.full_name, owner?.membership.platform_status, owner?.membership.org_id],
      ['ada@example.com', 'Ada Lovelace', 'INVITED', body.id],
    );
    const [mail] = await api.database.rows('select org_id, kind, status, to_address from emails');
    assert.deepEqual(mail, {
      org_id: body.id,
      kind: 'accept_invitation',
      status: 'queued',
      to_address: 'ada@example.com',
    });
    assert.deepEqual(
      api.delivered.map(({ start }) => [start.type, start.orgId, start.ref]),
      [['email', body.id, `account-${owner?.user.id}`]],
    );
    const [token] = await mailedTokens(api, 'ada@example.com', 'accept_invitation');
    const accepted = await api.call<Tokens>('post', '/api/v1/auth/accept-invitation', {
      body: { token, password: goodPassword },
    });
    assert.equal(accepted.status, 200);
    const me = await api.call('get', '/users/me', { token: accepted.body.access_token });
    assert.deepEqual([me.body['tenant_id'], me.body['roles']], [body.id, ['owner']]);
  });

  it('calls an owner without a name by the e-mail, and takes the caller where nobody is named', async () => {
    const { body: given } = await create({ name: 'One', owner_email: 'grace@example.com' });
    assert.equal((await ownersOf(given))[0]?.user.full_name, 'grace');
    const { body: own } = await create({ name: 'Two' });
    const [owner] = await ownersOf(own);
    assert.deepEqual([owner?.user.email, owner?.user.full_name], [superuser.email, superuser.name]);
    assert.notEqual(owner?.user.id, superuser.userId, 'an account belongs to one organisation');
    assert.equal(owner?.user.is_superuser, false);
  });

  it('is in the new organisation’s trail, which names the superuser and where they come from', async () => {
    const { body } = await create({ name: 'Local Co.', owner_email: 'ada@example.com' });
    const [created, ...more] = await entriesOn(api.database, body.id);
    assert.deepEqual(more, []);
    assert.equal(created?.action, 'organization.created');
    assert.deepEqual(created.actor, { ...named(superuser), homeOrgId: superuser.orgId });
    assert.deepEqual(created.after, { name: 'Local Co.', slug: 'local-co' });
    const entries = await api.database.rows<{ org_id: string; action: string }>(
      'select org_id, action from audit_entries where org_id = $1 order by seq',
      [body.id],
    );
    assert.deepEqual(
      entries.map(({ action }) => action),
      ['organization.created', 'user.created'],
    );
  });

  it('takes a slug, as slug or org_id, trimmed and in lower case', async () => {
    assert.equal(await slugFor({ name: 'One', slug: ' Chosen_1 ' }), 'chosen_1');
    assert.equal(await slugFor({ name: 'Two', org_id: 'chosen-2' }), 'chosen-2');
  });

  it('takes org_id and slug together where they say the same, as clients of the contract send them', async () => {
    assert.equal(await slugFor({ name: 'One', org_id: 'same', slug: 'same' }), 'same');
    assertRefused(await create({ name: 'Two', org_id: 'one', slug: 'other' }), 422, 'VALIDATION_ERROR');
  });

  it('derives a slug from the name, with a suffix where another has it', async () => {
    const names = ['Ünïque Näme', 'Unique Name', 'unique name!', 'Unique-Name', 'unique_name', 'UNIQUE NAME?'];
    const slugs = [];
    for (const name of names) slugs.push(await slugFor({ name }));
    assert.deepEqual(slugs, ['unique-name', ...[2, 3, 4, 5, 6].map((n) => `unique-name-${n}`)]);
    assert.match(await slugFor({ name: 'unique (name)' }), /^unique-name-[0-9a-f]{12}$/);
  });

  it('refuses a name or a slug that is taken, and leaves nothing', async () => {
    await create({ name: 'Local Co.', slug: 'local' });
    api.delivered.splice(0);
    const before = await everything(api.database);
    const again = await create({ name: ' Local  Co. ', owner_email: 'ada@example.com' });
    assertRefused(again, 400, 'ORG_NAME_TAKEN');
    assert.equal(again.body.detail, 'Organization name already exists. Please choose a different name.');
    for (const slug of ['local', 'LOCAL', superuser.orgSlug]) {
      assertRefused(await create({ name: 'Other', slug }), 400, 'ORG_SLUG_TAKEN', slug);
    }
    assert.deepEqual(await everything(api.database), before);
    assert.deepEqual(api.delivered, []);
  });

  it('ten times at once makes one', async () => {
    const replies = await Promise.all(Array.from({ length: 10 }, () => create({ name: 'Local Co.' })));
    assert.deepEqual(replies.map(({ status, body }) => `${status} ${body.errorCode ?? 'ok'}`).toSorted(), [
      '201 ok',
      ...Array.from({ length: 9 }, () => '400 ORG_NAME_TAKEN'),
    ]);
  });

  it('is for superusers, as persons, alone', async () => {
    const people = [];
    for (const role of Object.keys(systemRoles)) people.push(await makeUser({ orgId: superuser.orgId, roles: [role] }));
    const before = await everything(api.database);
    for (const who of people) assertRefused(await create({ name: 'Mine' }, who), 403, 'FORBIDDEN', who.roles.join());
    assert.deepEqual(await everything(api.database), before);
    assert.equal((await api.call('post', '/api/v1/orgs', { body: { name: 'Mine' } })).status, 401);
  });

  it('refuses what makes no sense, and says which part', async () => {
    const before = await everything(api.database);
    const cases: readonly (readonly [object, string])[] = [
      [{ name: undefined }, 'name'],
      [{ name: '  ' }, 'name'],
      [{ name: 'x'.repeat(201) }, 'name'],
      [{ slug: 'x' }, 'slug'],
      [{ slug: '-dash' }, 'slug'],
      [{ slug: 'two words' }, 'slug'],
      [{ slug: 'ünicode' }, 'slug'],
      [{ slug: 'x'.repeat(65) }, 'slug'],
      [{ org_id: 'a/b' }, 'org_id'],
      [{ owner_email: 'no address' }, 'owner_email'],
      [{ owner_name: '' }, 'owner_name'],
    ];
    for (const [changes, part] of cases) {
      const reply = await create({ name: 'Fine', ...changes });
      assertRefused(reply, 422, 'VALIDATION_ERROR', JSON.stringify(changes));
      assert.ok(
        reply.body.issues?.some(({ loc, msg }) => loc.includes(part) && msg.includes(part)),
        JSON.stringify(reply.body.issues),
      );
    }
    assert.deepEqual(await everything(api.database), before);
  });

  it('gives no slug that reads as the id of an organisation, which X-Org-Id takes too', async () => {
    const id = randomUUID();
    assertRefused(await create({ name: 'Given', slug: id }), 422, 'VALIDATION_ERROR');
    assert.notEqual(await slugFor({ name: id }), id);
  });
});
