import assert from 'node:assert/strict';
import { systemActor } from '../../domain/identity/actor.ts';
import { beginEffect, reopenEffect, settleEffect, type Effect } from '../../services/effects.ts';
import { resetDatabase, type TestDatabase } from '../support/database.ts';
import { makeOrganization } from '../support/factories-identity.ts';

describe('effects', () => {
  let database: TestDatabase;
  let orgId: string;
  const begin = (key: string, org = orgId): Promise<Effect> =>
    database.uow.write(systemActor(org, 'test'), (uow) => beginEffect(uow, key));
  const settle = (key: string, state: 'done' | 'unknown', farRef: string | null): Promise<void> =>
    database.uow.write(systemActor(orgId, 'test'), (uow) => settleEffect(uow, key, { state, farRef }));

  before(async () => {
    database = await resetDatabase();
    orgId = (await makeOrganization()).id;
  });

  it('the first who begins is told so; later ones see what became of it', async () => {
    assert.deepEqual(await begin('a'), { state: 'intent', farRef: null, isNew: true });
    assert.deepEqual(await begin('a'), { state: 'intent', farRef: null, isNew: false });
    await settle('a', 'unknown', 'accepted');
    assert.deepEqual(await begin('a'), { state: 'unknown', farRef: 'accepted', isNew: false });
  });

  it('two at once: one of them is first', async () => {
    const both = await Promise.all([begin('b'), begin('b')]);
    assert.equal(both.filter(({ isNew }) => isNew).length, 1);
  });

  it('what is done stays done', async () => {
    await begin('c');
    await settle('c', 'done', '77');
    await settle('c', 'unknown', null);
    assert.deepEqual(await begin('c'), { state: 'done', farRef: '77', isNew: false });
  });

  it('one that was certainly not done can be reopened: again one of two is first', async () => {
    const reopen = (key: string) => database.uow.write(systemActor(orgId, 'test'), (uow) => reopenEffect(uow, key));
    await begin('e');
    await reopen('e');
    const both = await Promise.all([begin('e'), begin('e')]);
    assert.equal(both.filter(({ isNew }) => isNew).length, 1);
    assert.deepEqual(await begin('e'), { state: 'intent', farRef: null, isNew: false });
    for (const state of ['unknown', 'done'] as const) {
      await settle('e', state, 'far');
      await reopen('e');
      assert.deepEqual(await begin('e'), { state, farRef: 'far', isNew: false });
    }
  });

  it('the same key of another organisation is another effect', async () => {
    await begin('d');
    assert.equal((await begin('d', (await makeOrganization()).id)).isNew, true);
  });
});
