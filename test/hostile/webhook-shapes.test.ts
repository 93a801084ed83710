import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { githubEndpoints } from '../../api/github/index.ts';
import type { TestRun } from '../../models/test-run.ts';
import type { Workspace } from '../../models/workspace.ts';
import { propertyRun, propertyTimeoutMs } from '../adapters/artifacts/property.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { makeSession, makeSimulation, makeTestRun, makeWorkspace, taskOf } from '../support/factories-hiring.ts';
import { makeUser } from '../support/factories-identity.ts';
import { documentedWebhooks, type DocumentedWebhook } from '../support/github-payloads.ts';
import { countedWebhooks, deliver, signatureOf } from '../support/webhooks.ts';

/** What is done with which webhook when it is about something of ours; whatever is not here is ignored. */
const effects: Readonly<Record<string, string>> = {
  push: 'recorded',
  'workflow-run-completed': 'signalled',
  ...Object.fromEntries(
    ['renamed', 'transferred', 'archived', 'unarchived', 'deleted', 'publicized', 'privatized'].map((action) => [
      `repository-${action}`,
      'recorded',
    ]),
  ),
  ...Object.fromEntries(
    ['created', 'deleted', 'suspend', 'unsuspend', 'new-permissions-accepted'].map((action) => [
      `installation-${action}`,
      'recorded',
    ]),
  ),
  'installation-repositories-added': 'recorded',
  'installation-repositories-removed': 'recorded',
};

describe('webhooks of any shape', function () {
  this.timeout(propertyTimeoutMs * 2);
  const webhooks = documentedWebhooks();
  let api: TestApi;
  let workspace: Workspace;
  let run: TestRun;

  before(async () => {
    api = await startTestApi({ endpoints: githubEndpoints });
    const session = await makeSession(await makeSimulation(await makeUser()));
    workspace = await makeWorkspace(session, taskOf(session, 'code'));
    run = await makeTestRun(workspace, { purpose: 'run', status: 'running' });
  });
  after(() => api.close());

  /** The documented payload, about our repository and our run. */
  const ofOurs = ({ payload }: DocumentedWebhook): Record<string, unknown> => ({
    ...payload,
    ...(payload['repository'] !== undefined && {
      repository: { ...(payload['repository'] as object), id: Number(workspace.repoId) },
    }),
    ...(payload['workflow_run'] !== undefined && {
      workflow_run: {
        ...(payload['workflow_run'] as object),
        id: Number(run.githubRunId),
        conclusion: 'success',
        head_sha: 'c'.repeat(40),
      },
    }),
    ...(payload['before'] !== undefined && {
      ref: 'refs/heads/main',
      before: 'a'.repeat(40),
      after: 'b'.repeat(40),
    }),
  });

  /** All that webhooks may change, and how often they did. */
  async function traces(): Promise<object> {
    const [rows] = await api.database.rows<object>(
      `select (select count(*) from github_deliveries) as deliveries, (select count(*) from workspace_pushes) as pushes,
         (select count(*) from audit_entries) as audit, (select count(*) from outbox) as outbox,
         (select string_agg(i::text, ' ') from github_installations i) as installations,
         (select string_agg(w::text, ' ') from workspaces w) as workspaces`,
    );
    return { ...rows, delivered: api.delivered.length };
  }

  const outcomeOf = async (work: () => Promise<unknown>): Promise<Record<string, number>> => {
    api.app.metrics.webhooks.reset();
    await work();
    return countedWebhooks(api);
  };

  it('are known: each event that GitHub documents is acknowledged, and done or ignored', async () => {
    assert.ok(webhooks.length > 250 && new Set(webhooks.map(({ event }) => event)).size > 70);
    for (const name of Object.keys(effects))
      assert.ok(
        webhooks.some((one) => one.name === name),
        name,
      );
    for (const webhook of webhooks) {
      const told = await outcomeOf(async () => {
        const { status } = await deliver(api, webhook.event, ofOurs(webhook));
        assert.equal(status, 202, webhook.name);
      });
      const [label = ''] = Object.keys(told);
      assert.equal(label.split(' ')[1], effects[webhook.name] ?? 'ignored', webhook.name);
    }
  });

  it('are never a 5xx, are refused with a flipped byte, and have one effect however often they are sent', async () => {
    const anything = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(-1, 1e308, 2 ** 53, '\0', '\ud800', []));
    const cases = fc.record({
      webhook: fc.constantFrom(...webhooks, ...webhooks.filter(({ name }) => effects[name] !== undefined)),
      ours: fc.boolean(),
      mutations: fc.array(fc.record({ at: fc.array(fc.nat(40), { minLength: 1, maxLength: 3 }), value: anything }), {
        maxLength: 3,
      }),
      flipped: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ webhook, ours, mutations, flipped }) => {
        const payload = structuredClone(ours ? ofOurs(webhook) : webhook.payload) as Record<string, unknown>;
        for (const { at, value } of mutations) mutate(payload, at, value);
        const body = Buffer.from(JSON.stringify(payload));
        const headers = {
          'x-github-delivery': randomUUID(),
          'x-hub-signature-256': signatureOf(body, api.settings.github.webhookSecret ?? ''),
        };
        const forged = Buffer.from(body);
        const place = flipped % forged.length;
        forged[place] = (forged[place] ?? 0) ^ 1;
        assert.equal((await deliver(api, webhook.event, forged, headers)).status, 401);
        assert.equal((await deliver(api, webhook.event, body, headers)).status, 202);
        const once = await traces();
        assert.equal((await deliver(api, webhook.event, body, headers)).status, 202);
        assert.deepEqual(await traces(), once);
      }),
      propertyRun(),
    );
  });
});

/** Puts `value` where `at` leads, by the places of keys; an odd last place takes away what is there. */
function mutate(root: Record<string, unknown>, at: readonly number[], value: unknown): void {
  let parent: Record<string, unknown> = root;
  for (const [depth, place] of at.entries()) {
    const keys = Object.keys(parent);
    const key = keys[place % Math.max(keys.length, 1)] ?? 'added';
    const inner = parent[key];
    if (depth < at.length - 1 && typeof inner === 'object' && inner !== null) {
      parent = inner as Record<string, unknown>;
      continue;
    }
    if (place % 2 === 1 && keys.length > 0) delete parent[key];
    else parent[key] = value;
    return;
  }
}
