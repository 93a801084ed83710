import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { PresentedMember } from '../../../../api/identity/members/presenter.ts';
import type { Page } from '../../../../api/pages.ts';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { makeUser } from '../../../support/factories-identity.ts';
import { assertRefused, callerAs, USERS } from './world.ts';

describe('GET /api/v1/org/users/:membershipId', () => {
  let api: TestApi;
  let owner: UserActor;
  before(async () => {
    api = await startTestApi();
    owner = await makeUser({ roles: ['owner'] });
  });
  after(() => api.close());

  const read = (id: string, as = owner) => callerAs(api, as)('get', `${USERS}/${id}`);

  it('shows just what the list shows of somebody, whatever the case of the id', async () => {
    const viewer = await makeUser({ orgId: owner.orgId, roles: ['viewer'] });
    const { body: list } = await callerAs(api, owner)<Page<PresentedMember>>('get', USERS);
    const listed = list.items.find(({ user }) => user.id === viewer.userId);
    for (const id of [viewer.userId, viewer.userId.toUpperCase()]) {
      const { status, body } = await read(id);
      assert.deepEqual([status, body], [200, listed]);
    }
    assert.equal((await read(viewer.userId, viewer)).status, 200, 'who may read people may read oneself');
  });

  it('knows nobody of another organisation', async () => {
    const stranger = await makeUser();
    for (const id of [stranger.userId, randomUUID()]) {
      const reply = await read(id);
      assertRefused(reply, 404, 'USER_NOT_FOUND');
      assert.equal(reply.body.detail, 'User not found in this organization');
    }
  });

  it('wants a uuid', async () => {
    for (const id of ['1', 'me', "'; select 1; --", `${owner.userId}x`]) {
      assertRefused(await read(encodeURIComponent(id)), 422, 'VALIDATION_ERROR', id);
    }
  });
});
