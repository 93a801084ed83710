import assert from 'node:assert/strict';
import { startTestGithub, type TestGithub } from '../../support/factories-workspaces.ts';

describe('local GitHub: limits on writes', () => {
  let github: TestGithub;

  before(async () => {
    github = await startTestGithub();
  });
  after(() => github.close());
  afterEach(() => github.control.resetFaults());

  const call = (method: 'GET' | 'PATCH') =>
    fetch(`${github.apiUrl}/repos/tenon-hire-dev/tenon-template-tiny`, {
      method,
      headers: { authorization: `Bearer ${github.token}` },
      ...(method === 'PATCH' && { body: JSON.stringify({ description: 'A template' }) }),
    });

  it('refuses what comes after as many as GitHub documents, with its words and when to come back', async () => {
    await github.control.limitWrites();
    const replies = await Promise.all(Array.from({ length: 82 }, () => call('PATCH')));
    const refused = replies.filter(({ status }) => status === 403);
    assert.equal(refused.length, 2);
    const [one] = refused;
    assert.ok(one);
    const seconds = Number(one.headers.get('retry-after'));
    assert.ok(seconds > 30 && seconds <= 60, `${seconds} s`);
    assert.match(((await one.json()) as { message: string }).message, /exceeded a secondary rate limit/);
    assert.equal((await call('GET')).status, 200, 'a read is no write');
  });

  it('takes other limits, shorter hours, and none', async () => {
    await github.control.limitWrites({ perMinute: 50, perHour: 2, compress: 60 });
    const statuses = [await call('PATCH'), await call('PATCH'), await call('PATCH')];
    assert.deepEqual(
      statuses.map(({ status }) => status),
      [200, 200, 403],
    );
    const seconds = Number(statuses[2]?.headers.get('retry-after'));
    assert.ok(seconds > 30 && seconds <= 60, `${seconds} s: an hour is a minute`);
    await github.control.resetFaults();
    assert.equal((await call('PATCH')).status, 200);
  });
});
