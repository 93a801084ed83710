import assert from 'node:assert/strict';
import { eventually } from '../../support/eventually.ts';
import { makeTestRun } from '../../support/factories-hiring.ts';
import { ledgerOf, reconciliationPlace, rowOf, type ReconciliationPlace } from './place.ts';

describe('recovering webhooks that never reached us', () => {
  let place: ReconciliationPlace;

  before(async () => {
    place = await reconciliationPlace();
  });
  after(() => place.github.close());
  afterEach(() => place.github.control.resetFaults());

  const recover = () => place.activities.recoverDeliveries();
  const caughtUp = async (): Promise<number> => {
    let recovered = 0;
    for (let more = true; more;) {
      const page = await recover();
      recovered += page.recovered;
      ({ more } = page);
    }
    return recovered;
  };
  /** GitHub writes its log when an attempt has ended. */
  const logged = (event: string, count = 1) =>
    eventually(`${count} logged deliveries of ${event}`, async () => {
      const { data: hooks } = await place.octokit.request('GET /orgs/{org}/hooks', { org: 'tenon-hire-dev' });
      const { data } = await place.octokit.request('GET /orgs/{org}/hooks/{hook_id}/deliveries', {
        org: 'tenon-hire-dev',
        hook_id: Number(hooks[0]?.id),
        per_page: 100,
      });
      return data.filter((one) => one.event === event).length >= count;
    });
  const fetches = async (): Promise<number> => {
    const { counts } = await place.github.control.calls();
    return counts['GET /orgs/{org}/hooks/{hook_id}/deliveries/{delivery_id}'] ?? 0;
  };

  it('takes a push from GitHub’s log as if it had been told: who, when, and where the branch is now', async () => {
    const workspace = await place.workspace();
    const head = await place.commit(workspace);
    await logged('push');
    assert.equal(await caughtUp(), 1);
    const [push, ...more] = await ledgerOf(place, workspace);
    assert.deepEqual(more, []);
    assert.deepEqual([push?.source, push?.after_sha, push?.pusher_login], ['told', head, 'tenon-bot']);
    assert.ok(push?.pushed_at instanceof Date);
    assert.equal((await rowOf(place, workspace))?.head, head);
    const [delivery] = await place.database.rows<{ recovered: boolean; outcome: string }>(
      `select recovered, outcome from github_deliveries where event = 'push'`,
    );
    assert.deepEqual(delivery, { recovered: true, outcome: 'recorded' });
    const { values } = await place.metrics.githubRecovered.get();
    assert.deepEqual(values.find(({ labels }) => labels.event === 'push')?.labels, {
      event: 'push',
      outcome: 'recorded',
    });
  });

  it('changes nothing the second time, and fetches nothing again', async () => {
    await caughtUp();
    await place.github.control.clearCalls();
    assert.deepEqual(await recover(), { recovered: 0, more: false });
    assert.equal(await fetches(), 0);
    await place.database.rows('truncate github_delivery_scans');
    assert.equal(await caughtUp(), 0, 'not even from the beginning: what was taken is known by its id');
    assert.equal(await fetches(), 0);
  });

  it('has each effect once when two workers do it at the same time', async () => {
    const workspace = await place.workspace();
    const heads = [await place.commit(workspace), await place.commit(workspace), await place.commit(workspace)];
    await logged('push', 4);
    const rounds = await Promise.all([recover(), recover(), recover()]);
    assert.equal(
      rounds.reduce((sum, { recovered }) => sum + recovered, 0),
      3,
    );
    assert.deepEqual(
      (await ledgerOf(place, workspace)).map(({ after_sha: sha }) => sha),
      heads,
    );
    assert.equal((await rowOf(place, workspace))?.head, heads[2]);
  });

  it('tells the end of a run to its workflow', async () => {
    const workspace = await place.workspace();
    const [owner = '', repo = ''] = workspace.repoFullName.split('/');
    await place.octokit.request('POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches', {
      owner,
      repo,
      workflow_id: 'tenon-ci.yml',
      ref: 'main',
    });
    const { data } = await eventually('the run', async () => {
      const reply = await place.octokit.request('GET /repos/{owner}/{repo}/actions/runs', { owner, repo });
      return reply.data.workflow_runs[0]?.status === 'completed' && reply;
    });
    const run = await makeTestRun(workspace, {
      purpose: 'run',
      status: 'running',
      githubRunId: String(data.workflow_runs[0]?.id),
    });
    await logged('workflow_run', 3);
    assert.equal(await caughtUp(), 1);
    const messages = await place.database.rows<{ workflow_id: string; message: { signal: { name: string } } }>(
      'select workflow_id, message from outbox',
    );
    assert.deepEqual(
      messages.map(({ workflow_id: id, message }) => [id, message.signal.name]),
      [[`test-run/${run.id}`, 'githubRunCompleted']],
    );
  });

  it('goes page by page, goes on where it ended, and forgets nothing that came meanwhile', async () => {
    const workspace = await place.workspace();
    const first = await place.commit(workspace);
    const [owner = '', repo = ''] = workspace.repoFullName.split('/');
    for (let edit = 0; edit < 55; edit += 1)
      await place.octokit.request('PATCH /repos/{owner}/{repo}', { owner, repo, description: `edit ${edit}` });
    await logged('repository', 55);
    assert.deepEqual(await recover(), { recovered: 0, more: true });
    const second = await place.commit(workspace);
    await logged('push', 2);
    assert.equal((await recover()).recovered, 1, 'the older page');
    assert.equal((await rowOf(place, workspace))?.head, first);
    assert.equal(await caughtUp(), 1, 'the newer one, in the next scan');
    assert.equal((await rowOf(place, workspace))?.head, second);
  });

  it('begins anew when GitHub no longer knows the place where it ended', async () => {
    await caughtUp();
    await place.database.rows(`update github_delivery_scans set page_cursor = 'stale', scan_top = 7`);
    await place.github.control.fault({
      route: 'GET /orgs/{org}/hooks/{hook_id}/deliveries',
      status: 422,
      body: { message: 'Invalid cursor' },
    });
    assert.deepEqual(await recover(), { recovered: 0, more: true });
    await place.github.control.clearFaults();
    assert.deepEqual(await recover(), { recovered: 0, more: false });
  });

  it('says so and goes on where the token may not read hooks; waits where GitHub does not answer', async () => {
    const withFault = async (fault: Parameters<typeof place.github.control.fault>[0]) => {
      await place.github.control.fault({ route: 'GET /orgs/{org}/hooks', ...fault });
      try {
        return await recover();
      } finally {
        await place.github.control.clearFaults();
      }
    };
    const nothing = { recovered: 0, more: false };
    assert.deepEqual(await withFault({ status: 403, body: { message: 'Must be an owner' } }), nothing);
    assert.deepEqual(await withFault({ status: 404, body: { message: 'Not Found' } }), nothing);
    await assert.rejects(withFault({ rateLimited: 'secondary' }), { code: 'GITHUB_RATE_LIMITED' });
    await assert.rejects(withFault({ status: 502 }), { code: 'GITHUB_UNAVAILABLE' });
  });
});
