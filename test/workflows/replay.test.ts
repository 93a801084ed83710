import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeterminismViolationError } from '@temporalio/workflow';
import { Worker } from '@temporalio/worker';
import { checkoutDir } from '../../local/paths.ts';
import { quietRuntime, testBundle } from '../support/temporal-runtime.ts';
import { olderRecordings, stories } from '../support/temporal-stories.ts';

interface Recording {
  readonly workflowId: string;
  readonly history: { readonly events: readonly { readonly workflowExecutionStartedEventAttributes?: object }[] };
}

const dir = join(checkoutDir, 'test', 'replay');

/** Activities that change places; none of them is called as the recordings say then. */
const swaps = [
  ['loadSession', 'expireIfDue'],
  ['beginProvisioning', 'ensureRepository'],
  ['dispatchRun', 'collectAndStore'],
  ['checkTemplate', 'dispatchTemplate'],
  ['recoverDeliveries', 'lookAtRepositories'],
  ['sendEmail', 'recordEmailFailure'],
  ['listCleanup', 'beginCleanupRound'],
] as const;

describe('recorded histories', function () {
  this.timeout(60_000);
  const recordings: Recording[] = [];

  before(async () => {
    quietRuntime();
    for (const file of (await readdir(dir)).filter((name) => name.endsWith('.json')).sort()) {
      const history = JSON.parse(await readFile(join(dir, file), 'utf8')) as Recording['history'];
      recordings.push({ workflowId: file.slice(0, -'.json'.length), history });
    }
  });

  /** What each recording makes of a bundle. */
  async function replay(code: string): Promise<Map<string, Error | undefined>> {
    const results = new Map<string, Error | undefined>();
    for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: { code } }, recordings)) {
      results.set(workflowId, error);
    }
    return results;
  }

  async function currentCode(): Promise<string> {
    const { source } = await testBundle();
    assert('code' in source);
    return source.code;
  }

  it('exist for every story and every workflow', async () => {
    const wanted = [...stories.map(({ name }) => name), ...olderRecordings];
    assert.deepEqual(recordings.map(({ workflowId }) => workflowId).sort(), wanted.sort());
    const index = await readFile(join(checkoutDir, 'workflows', 'index.ts'), 'utf8');
    const types = [...index.matchAll(/ as (\w+) \}/g)].map(([, name]) => name ?? '');
    assert.equal(types.length, 7);
    for (const type of types) {
      const text = `"name": "${type}"`;
      assert(
        recordings.some(({ history }) => JSON.stringify(history.events[0], null, 1).includes(text)),
        type,
      );
    }
  });

  it('replay with the workflows as they are', async () => {
    for (const [name, error] of await replay(await currentCode())) assert.equal(error, undefined, name);
  });

  it('refuse workflows that call their activities in another order', async () => {
    let code = await currentCode();
    for (const [one, other] of swaps) {
      assert(code.includes(one) && code.includes(other));
      code = code.replaceAll(one, '__swap').replaceAll(other, one).replaceAll('__swap', other);
    }
    const results = await replay(code);
    assert.equal(results.size, recordings.length);
    for (const [name, error] of results)
      assert(error instanceof DeterminismViolationError, `${name}: ${String(error)}`);
  });

  it('name no machine, no path and no secret', () => {
    for (const { workflowId, history } of recordings) {
      const text = JSON.stringify(history);
      assert.doesNotMatch(text, /\d+@|"stackTrace":"[^"]|gh[pousr]_|\/home\/|\/work\/|\/tmp\//, workflowId);
    }
  });
});
