import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { githubEndpoints } from '../../../api/github/index.ts';
import type { Workspace } from '../../../models/workspace.ts';
import { startTestApi, type TestApi } from '../../support/api.ts';
import { makeSession, makeSimulation, makeWorkspace, taskOf } from '../../support/factories-hiring.ts';
import { makeUser } from '../../support/factories-identity.ts';
import { hostileWords } from '../../hostile/words.ts';
import { countedWebhooks, deliver } from '../../support/webhooks.ts';

const sha = (letter: string): string => letter.repeat(40);
const zeros = '0'.repeat(40);

describe('what GitHub’s webhooks tell of', () => {
  let api: TestApi;
  let workspace: Workspace;

  before(async () => {
    api = await startTestApi({ endpoints: githubEndpoints });
  });
  after(() => api.close());
  beforeEach(async () => {
    const session = await makeSession(await makeSimulation(await makeUser()));
    workspace = await makeWorkspace(session, taskOf(session, 'code'), { latestCommitSha: sha('a') });
    api.app.metrics.webhooks.reset();
    await api.database.rows('truncate github_deliveries, github_installations');
  });

  const push = (before: string, after: string, changes: object = {}) => ({
    ref: 'refs/heads/main',
    before,
    after,
    forced: false,
    commits: [{ message: 'words of a candidate', author: { email: 'candidate@x.test' } }],
    pusher: { name: 'octo-candidate', email: 'candidate@x.test' },
    repository: { id: Number(workspace.repoId), full_name: 'someone/else', pushed_at: 1_764_000_000 },
    ...changes,
  });
  const row = async () => {
    const [found] = await api.database.rows<{ head: string; due: boolean; name: string; error: string | null }>(
      `select latest_commit_sha as head, repo_look_due_at is not null as due, repo_full_name as name, error_code as error
       from workspaces where id = $1`,
      [workspace.id],
    );
    return found;
  };
  const ledger = () =>
    api.database.rows<{ ref: string; settled: boolean; pusher_login: string | null; after_sha: string }>(
      'select * from workspace_pushes where workspace_id = $1 order by id',
      [workspace.id],
    );
  const audit = () =>
    api.database.rows<{ action: string; after: object }>(
      `select action, body::jsonb -> 'after' as after from audit_entries where resource_id = $1 order by seq`,
      [workspace.id],
    );

  describe('pushes', () => {
    it('move the head and are kept: who, when by GitHub’s clock and by ours, and no word of the candidate’s', async () => {
      const id = randomUUID();
      const { status, body } = await deliver(api, 'push', push(sha('a'), sha('b')), { 'x-github-delivery': id });
      assert.deepEqual([status, body], [202, { status: 'accepted' }]);
      assert.deepEqual(await row(), { head: sha('b'), due: false, name: workspace.repoFullName, error: null });
      const [kept, ...more] = await ledger();
      assert.deepEqual(more, []);
      const { id: _id, received_at: receivedAt, ...facts } = kept as unknown as Record<string, unknown>;
      assert.deepEqual(facts, {
        org_id: workspace.orgId,
        workspace_id: workspace.id,
        source: 'told',
        delivery_id: id,
        ref: 'refs/heads/main',
        before_sha: sha('a'),
        after_sha: sha('b'),
        forced: false,
        pusher_login: 'octo-candidate',
        pushed_at: new Date(1_764_000_000_000),
        settled: true,
      });
      assert.ok(receivedAt instanceof Date);
      assert.doesNotMatch(JSON.stringify(kept), /words|x\.test/);
      assert.deepEqual(await countedWebhooks(api), { 'push recorded': 1 });
    });

    it('count once, also when two copies come at once', async () => {
      const again = { 'x-github-delivery': randomUUID() };
      const copies = [1, 2, 3, 4].map(() => deliver(api, 'push', push(sha('a'), sha('b')), again));
      for (const { status } of await Promise.all(copies)) assert.equal(status, 202);
      assert.equal((await ledger()).length, 1);
      assert.deepEqual(await countedWebhooks(api), { 'push recorded': 1, 'push repeated': 3 });
    });

    it('in any order, and repeated, end where the branch is and never lead back', async () => {
      const [ab, bc, cd] = [push(sha('a'), sha('b')), push(sha('b'), sha('c')), push(sha('c'), sha('d'))];
      await deliver(api, 'push', cd);
      assert.deepEqual([(await row())?.head, (await row())?.due], [sha('a'), true], 'a look will say what is so');
      await deliver(api, 'push', ab);
      await deliver(api, 'push', bc);
      assert.equal((await row())?.head, sha('d'));
      await deliver(api, 'push', ab, { 'x-github-delivery': 'told-by-another-hook' });
      assert.equal((await row())?.head, sha('d'));
      const settled = (await ledger()).map((one) => one.settled);
      assert.deepEqual(settled, [true, true, true, false]);
    });

    it('at the same moment from several deliveries lose nothing', async () => {
      const steps = ['a', 'b', 'c', 'd', 'e', 'f'].map(sha);
      const told = steps.slice(1).map((after, at) => deliver(api, 'push', push(steps[at] ?? '', after)));
      await Promise.all(told);
      assert.equal((await row())?.head, sha('f'));
      assert.equal((await ledger()).length, 5);
    });

    it('that a look has overtaken are kept and move nothing', async () => {
      await api.database.rows('update workspaces set repo_looked_at = now() where id = $1', [workspace.id]);
      await deliver(api, 'push', push(sha('f'), sha('e')));
      assert.deepEqual([(await row())?.head, (await row())?.due], [sha('a'), false]);
      assert.deepEqual([(await ledger()).length, (await ledger())[0]?.settled], [1, true]);
      await deliver(api, 'push', push(sha('a'), sha('b')));
      assert.equal((await row())?.due, true, 'it fits: perhaps our clock is ahead');
    });

    it('to other branches and tags, and removals, are kept and move no head', async () => {
      for (const ref of ['refs/heads/other', 'refs/tags/v1', 'refs/heads/main/x'])
        await deliver(api, 'push', push(zeros, sha('b'), { ref }));
      await deliver(api, 'push', push(sha('a'), zeros));
      assert.deepEqual([(await row())?.head, (await ledger()).length], [sha('a'), 4]);
    });

    it('of strangers’ repositories are ignored and counted', async () => {
      await deliver(api, 'push', push(sha('a'), sha('b'), { repository: { id: 77 } }));
      assert.deepEqual([(await row())?.head, (await ledger()).length], [sha('a'), 0]);
      assert.deepEqual(await countedWebhooks(api), { 'push unknown_repository': 1 });
    });

    it('of a repository that became ours meanwhile count when they are told again', async () => {
      const again = { 'x-github-delivery': randomUUID() };
      const early = push(sha('a'), sha('b'));
      await api.database.rows('update workspaces set repo_id = repo_id + 9000000 where id = $1', [workspace.id]);
      await deliver(api, 'push', early, again);
      await api.database.rows('update workspaces set repo_id = repo_id - 9000000 where id = $1', [workspace.id]);
      await deliver(api, 'push', early, again);
      await deliver(api, 'push', early, again);
      assert.deepEqual([(await row())?.head, (await ledger()).length], [sha('b'), 1]);
    });

    it('with names of branches that are more than text are taken as text, or ignored', async () => {
      for (const [what, word] of Object.entries(hostileWords)) {
        const { status } = await deliver(api, 'push', push(sha('a'), sha('b'), { ref: `refs/heads/${word}` }));
        assert.equal(status, 202, what);
      }
      for (const { ref } of await ledger()) assert.doesNotMatch(ref, /[\p{Cc}\p{Cs}]/u);
      assert.equal((await row())?.head, sha('a'));
      await deliver(api, 'push', push(sha('a'), sha('b'), { pusher: { name: 'a\nb' } }));
      assert.equal((await ledger()).at(-1)?.pusher_login, null);
    });

    it('of more than a mebibyte are parsed beside, and mean the same', async () => {
      const commits = Array.from({ length: 2_000 }, (_, at) => ({
        id: sha('e'),
        message: `${at} ${'x'.repeat(1_000)}`,
      }));
      const { status } = await deliver(api, 'push', push(sha('a'), sha('b'), { commits }));
      assert.deepEqual([status, (await row())?.head], [202, sha('b')]);
      const broken = JSON.stringify(push(sha('b'), sha('c'), { commits })).slice(0, -1);
      const refused = await deliver(api, 'push', broken);
      assert.deepEqual([refused.status, refused.body.errorCode], [400, 'MALFORMED_BODY']);
    });
  });

  describe('repositories', () => {
    const told = (action: string, id = Number(workspace.repoId)) => ({
      action,
      repository: { id, full_name: 'evil/name' },
      sender: { login: 'an-admin' },
    });

    it('are not believed: it is written down, and GitHub will be asked', async () => {
      const actions = ['renamed', 'transferred', 'archived', 'unarchived', 'deleted', 'publicized', 'privatized'];
      for (const action of actions) assert.equal((await deliver(api, 'repository', told(action))).status, 202);
      assert.deepEqual(await row(), { head: sha('a'), due: true, name: workspace.repoFullName, error: null });
      assert.deepEqual(
        await audit(),
        actions.map((action) => ({ action: 'workspace.repository_told', after: { action, by: 'an-admin' } })),
      );
      assert.deepEqual(await countedWebhooks(api), { 'repository recorded': 7 });
    });

    it('of strangers, or with other actions, are ignored and counted', async () => {
      await deliver(api, 'repository', told('renamed', 77));
      await deliver(api, 'repository', told('edited'));
      assert.deepEqual([await audit(), (await row())?.due], [[], false]);
      assert.deepEqual(await countedWebhooks(api), { 'repository unknown_repository': 1, 'repository ignored': 1 });
    });
  });

  describe('installations of the App', () => {
    const told = (action: string, updatedAt: string, changes: object = {}) => ({
      action,
      installation: {
        id: 4_242,
        account: { login: 'acme' },
        repository_selection: 'selected',
        permissions: { contents: 'write', actions: 'read', 'not a name': 'write', admin: 7 },
        suspended_at: action === 'suspend' ? updatedAt : null,
        updated_at: updatedAt,
        ...changes,
      },
    });
    const state = async () =>
      (
        await api.database.rows(
          'select state, account_login, suspended_at is not null as suspended, permissions from github_installations',
        )
      )[0];
    const permissions = { contents: 'write', actions: 'read' };
    const at = (minute: number): string => `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z`;

    it('are kept as GitHub last told, whatever comes late', async () => {
      await deliver(api, 'installation', told('created', at(1)));
      assert.deepEqual(await state(), { state: 'active', account_login: 'acme', suspended: false, permissions });
      await deliver(api, 'installation', told('suspend', at(3)));
      await deliver(api, 'installation_repositories', told('added', at(2)));
      assert.deepEqual(await state(), { state: 'suspended', account_login: 'acme', suspended: true, permissions });
      await deliver(api, 'installation', told('unsuspend', at(4)));
      assert.deepEqual(await state(), { state: 'active', account_login: 'acme', suspended: false, permissions });
      await deliver(
        api,
        'installation',
        told('new_permissions_accepted', at(5), { permissions: { metadata: 'read' } }),
      );
      await deliver(api, 'installation', told('deleted', at(6), { permissions: { metadata: 'read' } }));
      await deliver(api, 'installation', told('unsuspend', at(7)));
      assert.deepEqual(await state(), {
        state: 'deleted',
        account_login: 'acme',
        suspended: false,
        permissions: { metadata: 'read' },
      });
      assert.deepEqual(await countedWebhooks(api), {
        'installation recorded': 6,
        'installation_repositories recorded': 1,
      });
    });

    it('count once, also when two copies come at once', async () => {
      const again = { 'x-github-delivery': randomUUID() };
      await Promise.all([1, 2, 3].map(() => deliver(api, 'installation', told('created', at(1)), again)));
      assert.deepEqual(await countedWebhooks(api), { 'installation recorded': 1, 'installation repeated': 2 });
    });
  });

  it('is stored by the delivery’s id with what became of it, also when that is nothing', async () => {
    await deliver(api, 'star', { action: 'created' }, { 'x-github-delivery': 'd1' });
    await deliver(api, 'workflow_run', { action: 'requested' }, { 'x-github-delivery': 'd2' });
    await deliver(api, 'star', { action: 'created' }, { 'x-github-delivery': 'd1' });
    const stored = await api.database.rows(
      'select delivery_id, event, action, matched, outcome, recovered from github_deliveries order by 1',
    );
    assert.deepEqual(stored, [
      { delivery_id: 'd1', event: 'other', action: null, matched: true, outcome: 'ignored', recovered: false },
      {
        delivery_id: 'd2',
        event: 'workflow_run',
        action: 'requested',
        matched: true,
        outcome: 'ignored',
        recovered: false,
      },
    ]);
    assert.deepEqual(await countedWebhooks(api), {
      'other ignored': 1,
      'other repeated': 1,
      'workflow_run ignored': 1,
    });
  });
});
