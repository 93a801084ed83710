import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { makeRunFolder } from '../../support/run-folder.ts';
import { Board } from './board.ts';

const POINT = 'activity.some.before';
const module = new URL('reach.ts', import.meta.url).href;
const script = `const { reach, ended } = await import('${module}');
reach('${POINT}', ['activity:w:some', undefined]);
ended('activity:w:some');`;

describe('a named point', function () {
  this.timeout(60_000);
  let dir: string;
  let board: Board;
  beforeEach(async () => {
    dir = await makeRunFolder('tenon-points-');
    board = new Board(dir);
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  /** A process that reaches the point. @returns its id and the signal that ended it, null when it went on */
  async function pass(): Promise<{ pid: number; signal: string | null }> {
    const env = { ...process.env, TENON_CHAOS_POINTS: dir, TENON_CHAOS_PART: 'worker' };
    const args = ['--import', 'tsx', '--input-type=module', '-e', script];
    const child = spawn(process.execPath, args, { env, stdio: 'ignore' });
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    assert.ok(signal !== null || code === 0);
    return { pid: child.pid ?? 0, signal };
  }

  it('ends one process, once, however many reach it', async () => {
    board.arm(POINT);
    const both = await Promise.all([pass(), pass()]);
    const struck = both.filter(({ signal }) => signal === 'SIGKILL');
    assert.equal(struck.length, 1, JSON.stringify(both));
    assert.equal((await pass()).signal, null);
    const [fired, ...others] = board.fired();
    assert.deepEqual(others, []);
    const { at, ...word } = fired ?? assert.fail('it left no word');
    const pid = struck[0]?.pid;
    assert.deepEqual(word, { point: POINT, pid, part: 'worker', victims: ['activity:w:some'] });
    assert.ok(board.hasFired(pid ?? 0));
    assert.ok((board.ends().get('activity:w:some') ?? 0) >= at, 'who went on has done what was in hand');
  });

  it('ends nobody where it is not armed, or no longer', async () => {
    board.arm(POINT);
    board.disarmAll();
    assert.equal((await pass()).signal, null);
    assert.deepEqual(board.fired(), []);
  });

  it('is told apart from the same one armed again', async () => {
    for (const count of [1, 2]) {
      board.arm(POINT);
      assert.equal((await pass()).signal, 'SIGKILL');
      assert.equal(board.fired().length, count);
    }
    board.onBack('api');
    const first = board.fired()[0] ?? assert.fail();
    assert.equal(board.backAfter(first), undefined, 'another part is no replacement');
    board.onBack('worker');
    assert.ok(board.backAfter(first) !== undefined);
  });
});
