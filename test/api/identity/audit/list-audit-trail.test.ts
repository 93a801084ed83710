import assert from 'node:assert/strict';
import type { PresentedEntry } from '../../../../api/identity/audit/presenter.ts';
import type { Page } from '../../../../api/pages.ts';
import { identityEndpoints } from '../../../../api/identity/index.ts';
import { systemActor, type UserActor } from '../../../../domain/identity/actor.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { makeUser } from '../../../support/factories-identity.ts';
import { queriesOf } from '../../../support/sql-spy.ts';
import { type Problem } from '../../hiring/world.ts';

describe('GET /api/v1/org/audit-logs', () => {
  let api: TestApi;
  let owner: UserActor;
  let token: string;
  before(async () => {
    api = await startTestApi({ endpoints: identityEndpoints });
    owner = await makeUser({ roles: ['owner'] });
    token = api.recruiterToken(owner.email);
    await get('', token);
    for (let index = 1; index <= 7; index += 1) await record(owner, 'probe.written', String(index));
    await record(owner, 'probe_two.changed', '1', { before: { n: 1, kept: 'x' }, after: { n: 2, kept: 'x' } });
    await api.database.uow.write(systemActor(owner.orgId, 'workflow:probe'), async (uow) =>
      uow.audit({ action: 'probe.ended', resource: { type: 'probe', id: '7' } }),
    );
  });
  after(() => api.close());

  const record = (actor: UserActor, action: string, id: string, values: { before?: object; after?: object } = {}) =>
    api.database.uow.write(actor, async (uow) =>
      uow.audit({ action, resource: { type: action.split('.')[0] ?? '', id }, ...values }),
    );
  const get = async (query: string, as = token) => {
    const { status, body } = await api.call<Page<PresentedEntry>>('get', `/api/v1/org/audit-logs${query}`, {
      token: as,
    });
    assert.equal(status, 200);
    return body;
  };
  const told = ({ items }: Page<PresentedEntry>) => items.map(({ action, resource_id: id }) => `${action} ${id}`);

  it('shows everything that was done, newest first, each with what it changed', async () => {
    const { items, total, next_cursor } = await get('');
    assert.deepEqual([items.length, next_cursor], [total, null]);
    assert.deepEqual(
      items.map(({ id }) => id),
      Array.from({ length: total }, (_, index) => total - index),
    );
    const [ended, changed] = items;
    assert.equal(ended?.summary, 'Probe 7 ended, by workflow:probe.');
    const expected: Omit<PresentedEntry, 'id' | 'created_at'> = {
      org_id: owner.orgId,
      actor_id: owner.userId,
      actor: { kind: 'user', id: owner.userId, email: owner.email, api_key_id: null, home_org_id: null },
      action: 'probe_two.changed',
      resource_type: 'probe_two',
      resource_id: '1',
      old_value: { n: 1, kept: 'x' },
      new_value: { n: 2, kept: 'x' },
      changes: [{ field: 'n', old: 1, new: 2 }],
      summary: `Probe two 1 changed, by ${owner.email}; changed: n.`,
    };
    assert.deepEqual(changed, { id: changed?.id, created_at: changed?.created_at, ...expected });
  });

  it('leads through all of it by page and by cursor, also while more is written', async () => {
    const filter = '?action=probe.written&page_size=3';
    const first = await get(filter);
    assert.deepEqual([told(first), first.total], [['probe.written 7', 'probe.written 6', 'probe.written 5'], 7]);
    const second = await get(`${filter}&page=2`);
    assert.deepEqual(told(second), ['probe.written 4', 'probe.written 3', 'probe.written 2']);
    await record(owner, 'probe.noted', '8');
    assert.deepEqual(await get(`${filter}&cursor=${first.next_cursor}`), second);
    const third = await get(`${filter}&cursor=${second.next_cursor}`);
    assert.deepEqual([told(third), third.total, third.next_cursor], [['probe.written 1'], 7, null]);
    assert.deepEqual(told(await get(`${filter}&page=9`)), []);
  });

  it('filters by feature, action, resource and actor; more than one filter must all fit', async () => {
    assert.deepEqual(told(await get('?feature=probe_two')), ['probe_two.changed 1']);
    assert.deepEqual(told(await get('?feature=probe_two&feature=nothing')), ['probe_two.changed 1']);
    assert.deepEqual(told(await get('?action=probe.ended&action=probe_two.changed')), [
      'probe.ended 7',
      'probe_two.changed 1',
    ]);
    assert.deepEqual(told(await get('?resource_type=probe&resource_id=7')), ['probe.ended 7', 'probe.written 7']);
    assert.deepEqual(told(await get('?feature=probe&actor_id=workflow:probe')), ['probe.ended 7']);
    assert.deepEqual(told(await get(`?resource_id=7&actor_id=${owner.userId}`)), ['probe.written 7']);
    assert.deepEqual(await get('?feature=prob'), { items: [], total: 0, next_cursor: null });
  });

  it('filters by time, both ends inclusive', async () => {
    const [one] = (await get('?action=probe_two.changed')).items;
    const at = one?.created_at ?? '';
    assert.ok(told(await get(`?created_from=${at}&created_to=${at}`)).includes('probe_two.changed 1'));
    const after = new Date(Date.parse(at) + 1).toISOString();
    assert.ok(!told(await get(`?created_from=${after}`)).includes('probe_two.changed 1'));
    assert.deepEqual((await get('?created_to=2000-01-01')).total, 0);
  });

  it('asks the database once for a page and how many there are', async () => {
    const filter = '?feature=probe&page_size=2';
    const queries = (await queriesOf(() => get(filter))).filter((sql) => sql.includes('audit_entries'));
    assert.equal(queries.length, 1);
  });

  it('never shows another organisation’s entries, whatever is asked for', async () => {
    const other = await makeUser({ roles: ['owner'] });
    const others = api.recruiterToken(other.email);
    await get('', others);
    await record(other, 'probe.written', 'theirs');
    const { items } = await get('', others);
    assert.ok(items.length > 0 && items.every(({ org_id: orgId }) => orgId === other.orgId));
    assert.equal((await get(`?actor_id=${owner.userId}`, others)).total, 0);
    assert.equal((await get('?resource_id=theirs')).total, 0);
  });

  it('is for owners and admins', async () => {
    const { orgId } = owner;
    for (const [role, status] of [
      ['admin', 200],
      ['recruiter', 403],
      ['reviewer', 403],
    ] as const) {
      const user = await makeUser({ orgId, roles: [role] });
      const reply = await api.call('get', '/api/v1/org/audit-logs', { token: api.recruiterToken(user.email) });
      assert.equal(reply.status, status, role);
    }
    assert.equal((await api.call('get', '/api/v1/org/audit-logs')).status, 401);
  });

  it('refuses questions that make no sense, and says which part', async () => {
    const cases: readonly (readonly [string, string])[] = [
      ['page=0', 'page'],
      ['page=x', 'page'],
      ['page_size=0', 'page_size'],
      ['page_size=201', 'page_size'],
      ['cursor=nonsense', 'cursor'],
      [`cursor=${Buffer.from('["x"]').toString('base64url')}`, 'cursor'],
      ['created_from=yesterday', 'created_from'],
      ['created_to=%2B010000-01-01T00:00:00Z', 'created_to'],
      [`feature=${'x'.repeat(101)}`, 'feature'],
      ['action=%00', 'action'],
      ['actor_id=', 'actor_id'],
    ];
    for (const [query, part] of cases) {
      const { status, body } = await api.call<Problem>('get', `/api/v1/org/audit-logs?${query}`, { token });
      assert.deepEqual([status, body.errorCode], [422, 'VALIDATION_ERROR'], query);
      assert.ok(
        body.issues.some(({ loc }) => loc.includes(part)),
        `${query}: ${JSON.stringify(body.issues)}`,
      );
    }
    const cursor = Buffer.from('["5"]').toString('base64url');
    for (const query of [`page=2&cursor=${cursor}`, 'created_from=2026-01-02&created_to=2026-01-01']) {
      assert.equal((await api.call('get', `/api/v1/org/audit-logs?${query}`, { token })).status, 422, query);
    }
  });
});
