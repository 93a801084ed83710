import assert from 'node:assert/strict';
import { candidateOf, sessionHeaders, type Problem } from '../hiring/world.ts';
import { seat, startWorkspaceApi, type Seat, type WorkspaceApi } from './world.ts';

const routes = [
  ['post', '/codespace/init'],
  ['get', '/codespace/status'],
  ['post', '/run'],
  ['get', '/run/18000000001'],
] as const;

for (const [method, suffix] of routes) {
  describe(`who may not ${method.toUpperCase()} /api/tasks/…${suffix}`, () => {
    let world: WorkspaceApi;
    let mine: Seat;
    before(async () => {
      world = await startWorkspaceApi({ shortWaits: true });
      mine = await seat(world);
    });
    after(() => world.close());

    const call = async ({
      task = mine.task('code').id,
      token = mine.token,
      headers = mine.headers,
    }: { task?: string; token?: string | undefined; headers?: Record<string, string> } = {}): Promise<Problem> => {
      const { body } = await world.api.call<Problem>(method, `/api/tasks/${task}${suffix}`, {
        headers,
        ...(token !== '' && { token }),
      });
      return body;
    };
    const refused = ({ status, errorCode, detail }: Problem): [number, string, string] => [status, errorCode, detail];

    it('somebody without a token, and a recruiter', async () => {
      assert.deepEqual(refused(await call({ token: '' })), [401, 'NOT_AUTHENTICATED', 'Not authenticated']);
      const token = world.api.recruiterToken('recruiter@test.example');
      assert.deepEqual(refused(await call({ token })), [403, 'CANDIDATE_ACCESS_REQUIRED', 'Candidate access required']);
    });

    it('a candidate who does not say which session', async () => {
      const expected = [401, 'CANDIDATE_SESSION_HEADER_REQUIRED', 'Missing candidate session headers'];
      assert.deepEqual(refused(await call({ headers: {} })), expected);
      assert.equal((await call({ headers: sessionHeaders('one') })).status, 422);
      assert.equal((await call({ headers: sessionHeaders('0') })).status, 422);
    });

    it('another candidate, or one with a session that is not there', async () => {
      const expected = [404, 'CANDIDATE_SESSION_NOT_FOUND', 'Candidate session not found'];
      assert.deepEqual(refused(await call({ token: candidateOf(world.api).token })), expected);
      assert.deepEqual(refused(await call({ headers: sessionHeaders(999_999_999) })), expected);
    });

    it('a candidate whose time is over, or whose invite was revoked', async () => {
      const late = await seat(world, { expiresAt: new Date(Date.now() - 1_000) });
      const over = { task: late.task('code').id, token: late.token, headers: late.headers };
      assert.deepEqual(refused(await call(over)), [410, 'INVITE_TOKEN_EXPIRED', 'Invite token expired']);
      const revoked = await seat(world, { status: 'revoked' });
      const out = { task: revoked.task('code').id, token: revoked.token, headers: revoked.headers };
      assert.deepEqual(refused(await call(out)), [410, 'INVITE_REVOKED', 'Invite revoked']);
    });

    it('nobody, a task of another simulation or none at all', async () => {
      const other = await seat(world);
      const expected = [404, 'TASK_NOT_FOUND', 'Task not found'];
      assert.deepEqual(refused(await call({ task: other.task('code').id })), expected);
      assert.deepEqual(refused(await call({ task: '999999999' })), expected);
      assert.equal((await call({ task: '0' })).status, 422);
      assert.equal((await call({ task: 'code' })).status, 422);
    });
  });
}
