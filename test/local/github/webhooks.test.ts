import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { verify } from '@octokit/webhooks-methods';
import { loadGithubDescription } from '../../support/github-openapi.ts';
import type { GithubDescription } from '../../support/github-openapi.ts';
import { eventually } from '../../support/eventually.ts';
import { dispatch, generate, git, gitAs, org, startTestGithub, stopTestGithub, template } from './support.ts';
import type { TestGithub } from './support.ts';

interface Received {
  event: string;
  headers: http.IncomingHttpHeaders;
  body: string;
  payload: Record<string, unknown>;
}

describe('local GitHub: webhooks', () => {
  const secret = 'a-secret-of-the-tests';
  const received: Received[] = [];
  let status = 200;
  let receiver: http.Server;
  let github: TestGithub;
  let description: GithubDescription;

  before(async () => {
    description = loadGithubDescription();
    receiver = http.createServer((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
      req.on('end', () => {
        const payload = JSON.parse(body) as Record<string, unknown>;
        received.push({ event: String(req.headers['x-github-event']), headers: req.headers, body, payload });
        res.writeHead(status).end('heard');
      });
    });
    await new Promise<void>((resolve) => {
      receiver.listen(0, '127.0.0.1', resolve);
    });
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/webhooks`;
    github = await startTestGithub({ webhook: { url, secret } });
    await generate(github, 'work');
    await heard(({ payload }) => payload['action'] === 'created');
  });
  after(async () => {
    await stopTestGithub(github);
    receiver.close();
    receiver.closeAllConnections();
  });
  beforeEach(() => {
    received.length = 0;
    status = 200;
  });
  afterEach(() => github.control.resetFaults());

  async function heard(which: (one: Received) => boolean, count = 1): Promise<Received[]> {
    return eventually(`${count} webhooks of a kind`, async () => {
      const found = received.filter(which);
      return found.length >= count && found;
    });
  }

  /** One event of which the number tells the place in the order. */
  async function edit(number: number): Promise<void> {
    await github.octokit.request('PATCH /repos/{owner}/{repo}', {
      owner: org,
      repo: 'work',
      description: `edit ${number}`,
    });
  }

  function order(): string[] {
    return received.map(({ payload }) => (payload['repository'] as { description: string }).description);
  }

  it('signs each delivery over its exact bytes', async () => {
    await edit(1);
    const [first] = await heard(() => true);
    assert.ok(first);
    const { headers, body } = first;
    assert.equal(await verify(secret, body, String(headers['x-hub-signature-256'])), true);
    assert.equal(await verify(secret, `${body} `, String(headers['x-hub-signature-256'])), false);
    assert.match(String(headers['x-github-delivery']), /^[0-9a-f-]{36}$/);
    assert.match(String(headers['x-github-hook-id']), /^\d+$/);
    assert.match(String(headers['user-agent']), /^GitHub-Hookshot\//);
    assert.deepEqual(description.webhookProblems('repository-edited', first.payload), []);
  });

  it('tells the three steps of a run in order, in the shape of the description', async () => {
    const runId = await dispatch(github);
    const events = await heard(({ event }) => event === 'workflow_run', 3);
    assert.deepEqual(
      events.map(({ payload }) => payload['action']),
      ['requested', 'in_progress', 'completed'],
    );
    for (const { payload } of events) {
      const name = `workflow-run-${String(payload['action']).replace('_', '-')}`;
      assert.deepEqual(description.webhookProblems(name, payload), [], name);
      assert.equal((payload['workflow_run'] as { id: number }).id, runId);
    }
  });

  it('tells a push over git: commits, files, before and after', async () => {
    const service = gitAs(github.token);
    await service(github.dir, 'clone', '--quiet', `${github.url}/${org}/work.git`, 'pushing');
    const folder = `${github.dir}/pushing`;
    await git(folder, 'mv', 'README.md', 'READ.md');
    await git(folder, 'commit', '--quiet', '--message', 'Move');
    await service(folder, 'push', '--quiet', 'origin', 'main', 'HEAD:refs/heads/side');
    const pushes = await heard(({ event }) => event === 'push', 2);
    for (const { payload } of pushes) assert.deepEqual(description.webhookProblems('push', payload), []);
    const main = pushes.find(({ payload }) => payload['ref'] === 'refs/heads/main')?.payload;
    const sha = await git(folder, 'rev-parse', 'HEAD');
    assert.deepEqual([main?.['after'], main?.['created'], main?.['forced']], [sha, false, false]);
    const [commit] = (main?.['commits'] ?? []) as { id: string; added: string[]; removed: string[] }[];
    assert.deepEqual([commit?.id, commit?.added, commit?.removed], [sha, ['READ.md'], ['README.md']]);
    await service(folder, 'push', '--quiet', '--delete', 'origin', 'side');
    const [removal] = await heard(({ payload }) => payload['deleted'] === true);
    assert.deepEqual(description.webhookProblems('push', removal?.payload), []);
  });

  it('tells of creation, visibility, archiving and deletion', async () => {
    await generate(github, 'short-lived');
    const repository = { owner: org, repo: 'short-lived' };
    const change = (changes: Record<string, unknown>) =>
      github.octokit.request('PATCH /repos/{owner}/{repo}', { ...repository, ...changes });
    await change({ private: false });
    await change({ private: true });
    await change({ archived: true });
    await github.octokit.request('DELETE /repos/{owner}/{repo}', repository);
    const events = await heard(({ event }) => event === 'repository', 5);
    const actions = events.map(({ payload }) => String(payload['action']));
    assert.deepEqual(actions, ['created', 'publicized', 'privatized', 'archived', 'deleted']);
    for (const { payload } of events) {
      assert.deepEqual(description.webhookProblems(`repository-${String(payload['action'])}`, payload), []);
    }
  });

  it('tells the organisation’s hook what its App’s installations are said to go through', async () => {
    const names = ['created', 'suspend', 'unsuspend', 'new_permissions_accepted', 'deleted'] as const;
    for (const action of names) await github.control.installation({ id: 7, action });
    for (const action of ['added', 'removed'] as const) await github.control.installation({ id: 7, action });
    const told = await heard(({ event }) => event === 'installation', names.length);
    assert.deepEqual(
      told.map(({ payload }) => payload['action']),
      [...names],
    );
    const repositories = await heard(({ event }) => event === 'installation_repositories', 2);
    for (const { event, payload } of [...told, ...repositories]) {
      const name = `${event}-${String(payload['action'])}`.replaceAll('_', '-');
      assert.deepEqual(description.webhookProblems(name, payload), [], name);
    }
  });

  it('loses, doubles, reorders and holds deliveries on request', async () => {
    await github.control.webhooks({ mode: 'lose', count: 1 });
    await edit(10);
    await edit(11);
    await heard(() => true);
    assert.deepEqual(order(), ['edit 11']);

    received.length = 0;
    await github.control.webhooks({ mode: 'double', count: 1 });
    await edit(20);
    await edit(21);
    const doubled = await heard(() => true, 3);
    assert.deepEqual(order(), ['edit 20', 'edit 20', 'edit 21']);
    assert.equal(doubled[0]?.headers['x-github-delivery'], doubled[1]?.headers['x-github-delivery']);

    received.length = 0;
    await github.control.webhooks({ mode: 'reorder', count: 3 });
    for (const number of [30, 31, 32, 33]) await edit(number);
    await heard(() => true, 4);
    assert.deepEqual(order(), ['edit 32', 'edit 31', 'edit 30', 'edit 33']);

    received.length = 0;
    await github.control.webhooks({ mode: 'hold' });
    await edit(40);
    await edit(41);
    assert.deepEqual(order(), []);
    assert.equal(await github.control.releaseWebhooks(), 2);
    await heard(() => true, 2);
    assert.deepEqual(order(), ['edit 40', 'edit 41']);
  });

  it('logs each delivery, never repeats one by itself, and repeats it when asked', async () => {
    status = 503;
    await edit(50);
    await heard(() => true);
    const { data: hooks } = await github.octokit.request('GET /orgs/{org}/hooks', { org });
    const hook = { org, hook_id: Number(hooks[0]?.id) };
    const list = 'GET /orgs/{org}/hooks/{hook_id}/deliveries';
    const failed = await eventually('the failed delivery', async () => {
      const { data } = await github.octokit.request(list, hook);
      return data.find(({ status_code: code }) => code === 503);
    });
    status = 200;
    await github.octokit.request('POST /orgs/{org}/hooks/{hook_id}/deliveries/{delivery_id}/attempts', {
      ...hook,
      delivery_id: Number(failed.id),
    });
    const [, again] = await heard(() => true, 2);
    assert.equal(again?.headers['x-github-delivery'], failed.guid);
    const repeated = await eventually('the repeated delivery', async () => {
      const { data } = await github.octokit.request(list, hook);
      return data.find(({ redelivery }) => redelivery);
    });
    assert.deepEqual([repeated.guid, repeated.status_code], [failed.guid, 200]);
  });

  it('stays silent about what concerns nobody', async () => {
    await github.octokit.request('GET /repos/{owner}/{repo}', { owner: org, repo: template });
    await edit(60);
    await heard(() => true);
    assert.deepEqual(order(), ['edit 60']);
  });
});
