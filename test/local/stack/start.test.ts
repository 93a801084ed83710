import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { checkoutDir } from '../../../local/paths.ts';
import { startTimeOf, stopTree } from '../../../local/processes.ts';
import { readStackFile, type StackFile, urlOf } from '../../../local/supervisor/stack-file.ts';

/** The whole stack, as `npm start -- --no-demo` brings it up, with a state folder of its own. */
describe('the local stack', function () {
  this.timeout(120_000);
  let dir: string;
  let stateDir: string;
  let stack: ChildProcess | undefined;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tenon-stack-'));
    stateDir = join(dir, 'state');
  });

  afterEach(async () => {
    if (stack?.pid !== undefined && stack.exitCode === null && stack.signalCode === null) await stopTree(stack.pid);
  });

  after(async () => {
    run('clean.ts');
    await rm(dir, { recursive: true, force: true });
  });

  const env = (): NodeJS.ProcessEnv => ({ ...process.env, TENON_STATE_DIR: stateDir });
  const script = (name: string): string[] => ['--import', 'tsx', join(checkoutDir, 'local', name)];

  function run(name: string, ...args: string[]): { status: number | null; out: string; err: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...script(name), ...args], {
      env: env(),
      encoding: 'utf8',
    });
    return { status, out: stdout, err: stderr };
  }

  /** Starts the stack and resolves, with what it said until then, when it is up. */
  async function start(...args: string[]): Promise<string[]> {
    const child = spawn(process.execPath, [...script('start.ts'), '--no-demo', ...args], {
      env: env(),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    stack = child;
    const said: string[] = [];
    return new Promise((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on('line', (line) => {
          said.push(line);
          if (line === 'Tenon is up.') resolve(said);
        });
      }
      child.once('exit', () => reject(new Error(said.join('\n'))));
    });
  }

  /** The exit code, and what of the stack runs after it. */
  async function ended(): Promise<{ code: number | null; alive: string[] }> {
    const file = description();
    const [code] =
      stack?.exitCode === null ? ((await once(stack, 'exit')) as [number | null]) : [stack?.exitCode ?? null];
    return { code, alive: aliveOf(file) };
  }

  const description = (): StackFile => readStackFile(join(stateDir, 'stack.json')) ?? assert.fail('no stack file');
  const aliveOf = (file: StackFile): string[] =>
    file.components
      .filter(({ pid, startedAt }) => pid !== null && startTimeOf(pid) === startedAt)
      .map(({ name }) => name);
  const names = ['postgres', 'temporal', 'github', 'identity', 'mailbox', 'worker', 'api'];

  it('says what to do before it has ever been started', () => {
    assert.match(run('token.ts', 'a@b.test', 'recruiter').err, /never been started.*`npm start`/);
    assert.match(run('logs.ts').err, /never been started/);
    assert.match(run('demo.ts').err, /does not run/);
  });

  it('comes up, describes itself, is alone, and leaves no process after Ctrl-C', async () => {
    await start();
    const file = description();
    assert.equal(file.state, 'running');
    assert.deepEqual(aliveOf(file), names);
    assert.equal((await fetch(`${urlOf(file, 'api')}/health`)).status, 200);

    const { out: token } = run('token.ts', 'recruiter1@local.test', 'recruiter');
    const me = await fetch(`${urlOf(file, 'api')}/api/auth/me`, {
      headers: { authorization: `Bearer ${token.trim()}` },
    });
    assert.equal(me.status, 200, await me.text());

    const second = run('start.ts');
    assert.equal(second.status, 1);
    assert.match(second.err, new RegExp(`already runs \\(process ${stack?.pid}\\)`));
    assert.match(second.out, new RegExp(`API +${urlOf(file, 'api')}`));
    assert.match(run('clean.ts').err, /stop it first/);

    stack?.kill('SIGINT');
    assert.deepEqual(await ended(), { code: 0, alive: [] });
    assert.equal(description().state, 'stopped');
  });

  it('stops what a killed supervisor left, goes on with its state, and ends with a sentence when a component dies', async () => {
    await start();
    const before = description();
    const { out: token } = run('token.ts', 'recruiter1@local.test', 'recruiter');
    stack?.kill('SIGKILL');
    assert.deepEqual((await ended()).alive, names);

    const said = await start();
    assert.equal(said.filter((line) => line.includes('an earlier stack had left behind')).length, names.length);
    assert.deepEqual(aliveOf(before), []);
    const after = description();
    for (const name of ['github', 'identity']) assert.equal(urlOf(after, name), urlOf(before, name));
    const me = await fetch(`${urlOf(after, 'api')}/api/auth/me`, {
      headers: { authorization: `Bearer ${token.trim()}` },
    });
    assert.equal(me.status, 200, 'a token from before is still good');

    const mailbox = description().components.find(({ name }) => name === 'mailbox')?.pid ?? 0;
    process.kill(mailbox, 'SIGKILL');
    const { code, alive } = await ended();
    assert.equal(code, 1);
    assert.deepEqual(alive, []);
    assert.match(said.join('\n'), /mailbox ended by SIGKILL\. The end of .*mailbox\.log/);
  });
});
