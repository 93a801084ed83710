// Loaded into mocha by scripts/test.ts: tests that leave something behind fail and are named, instead of disturbing others or
// hanging until the time limit. What processes leave after mocha's end, scripts/test.ts finds (local/leftovers.ts).
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Context, Suite } from 'mocha';

/** For clean-up that goes on after the last hook. */
const GRACE_MS = { suite: 3_000, process: 15_000 };
/** Listening ports, child processes, file watchers, threads. Connections and timers of what suites share come and go. */
const HANDLES = new Set([
  'TCPServerWrap',
  'PipeServerWrap',
  'ProcessWrap',
  'FSEventWrap',
  'StatWatcher',
  'MessagePort',
]);
/** Caches of tools. */
const KEPT_FILES = /^(tsx-\d*|node-compile-cache)$/;

export const mochaHooks = {
  beforeAll(this: Context): void {
    for (const suite of this.test?.parent?.suites ?? []) watch(suite);
  },
  afterAll(): void {
    const limit = setTimeout(() => {
      const list = process.getActiveResourcesInfo().sort().join(', ');
      process.stderr.write(`The tests have ended, but something keeps their process alive: ${list}\n`);
      process.exit(1);
    }, GRACE_MS.process);
    limit.unref(); // by itself it keeps nothing alive
  },
};

/** Looks before the suite's first hook and after its last. */
function watch(suite: Suite): void {
  let before: readonly string[] = [];
  suite.beforeAll('what there is', () => {
    before = present();
  });
  const hooks = (suite as unknown as { readonly _beforeAll: unknown[] })._beforeAll;
  hooks.unshift(hooks.pop());
  suite.afterAll('leaves nothing behind', async () => {
    let left = added(before, present());
    for (
      const end = Date.now() + GRACE_MS.suite;
      left.length > 0 && Date.now() < end;
      left = added(before, present())
    ) {
      await pause(20);
    }
    if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
  });
}

function present(): string[] {
  const files = readdirSync(tmpdir()).filter((name) => !KEPT_FILES.test(name));
  return [...process.getActiveResourcesInfo().filter((name) => HANDLES.has(name)), ...files];
}

/** What `now` has more of. */
function added(before: readonly string[], now: readonly string[]): string[] {
  const rest = [...before];
  return now.filter((one) => {
    const at = rest.indexOf(one);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}
