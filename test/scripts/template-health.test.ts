import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { templateActivities } from '../../activities/templates.ts';
import { checkTemplateHealth } from '../../scripts/template-health.ts';
import { forgeOf, type TestGithub } from '../support/factories-workspaces.ts';
import { plainKey, soundKey, startTemplateGithub, wordlessKey } from '../support/template-github.ts';
import { startDevTemporal, type DevTemporal } from '../support/temporal-dev.ts';

const root = join(import.meta.dirname, '../..');

describe('the command template-health', function () {
  this.timeout(60_000);
  let github: TestGithub;
  let temporal: DevTemporal;
  let env: Record<string, string>;

  before(async () => {
    [github, temporal] = await Promise.all([startTemplateGithub(), startDevTemporal()]);
    await temporal.work(templateActivities({ forge: forgeOf(github) }));
    env = {
      TENON_GITHUB_API_BASE: github.apiUrl,
      TENON_GITHUB_TOKEN: github.token,
      TENON_GITHUB_ACTIONS_WORKFLOW_FILE: 'tenon-ci.yml',
      TEMPORAL_ADDRESS: temporal.address,
    };
  });
  after(async () => {
    await temporal.stop();
    await github.close();
  });

  const run = (...args: string[]) => checkTemplateHealth(args, env);

  it('is static unless told: a line for all, and one for each that is not sound; exit 0 or 1', async () => {
    await github.control.clearCalls();
    assert.deepEqual(await run('--template-keys', soundKey, plainKey), {
      exitCode: 0,
      text: 'template health (static): 2/2 ok',
    });
    const errors =
      'workflow_missing_upload_artifact, workflow_missing_artifact_name, workflow_missing_test_results_json';
    assert.deepEqual(await run('--mode', 'static', '--template-keys', wordlessKey, soundKey, 'ml-infra-mlops'), {
      exitCode: 1,
      text: [
        'template health (static): 1/3 ok',
        `- ${wordlessKey} (tenon-hire-dev/tenon-template-${wordlessKey}): ${errors}`,
        '- ml-infra-mlops (tenon-hire-dev/tenon-template-ml-infra-mlops): repo_not_found',
      ].join('\n'),
    });
    const { calls } = await github.control.calls();
    assert.equal(calls.filter(({ route }) => route?.startsWith('POST ')).length, 0);
  });

  it('asks as an app where it is given one, and leaves no token', async () => {
    const { TENON_GITHUB_TOKEN: _token, ...others } = env;
    const app = {
      TENON_GITHUB_TEMPLATE_OWNER: github.app.account,
      TENON_GITHUB_APP_ID: github.app.id,
      TENON_GITHUB_APP_PRIVATE_KEY: String(github.app.privateKey.export({ format: 'pem', type: 'pkcs1' })),
    };
    const { text } = await checkTemplateHealth(['--template-keys', soundKey, plainKey], { ...others, ...app });
    assert.equal(text, 'template health (static): 2/2 ok');
    assert.deepEqual(await github.control.appTokens(), []);
  });

  it('takes the whole catalogue, more than the endpoint would', async () => {
    const { exitCode, text } = await run('--all', '--concurrency', '4');
    assert.equal(exitCode, 1);
    const lines = text.split('\n');
    assert.equal(lines[0], 'template health (static): 2/14 ok');
    assert.equal(lines.length, 13);
  });

  it('runs the same workflow for live checks', async () => {
    const live = ['--mode', 'live', '--timeout-seconds', '30'];
    const sound = await run(...live, '--template-keys', soundKey, plainKey);
    assert.deepEqual(sound, { exitCode: 0, text: 'template health (live): 2/2 ok' });
    const ids = [];
    for await (const { workflowId } of temporal.client.workflow.list()) ids.push(workflowId);
    assert.match(ids.join(), /^template-health\/[0-9a-f-]{36}$/);
    const broken = await run(...live, '--template-keys', wordlessKey);
    assert.equal(broken.exitCode, 1);
  });

  it('tells how far a live check is, and where to watch it', async () => {
    await github.control.nextRuns({ conclusion: 'success', leaveInProgress: true });
    const told: string[] = [];
    await checkTemplateHealth(['--mode', 'live', '--timeout-seconds', '2', '--template-keys', plainKey], env, (line) =>
      told.push(line),
    );
    assert.match(
      told.join('\n'),
      /^the workflow is http:\S+template-health%2F[0-9a-f-]{36}\n0 of 1 checked, at work: /,
    );
    assert.equal(new Set(told).size, told.length);
  });

  it('clamps the time that a run may take', async () => {
    await github.control.nextRuns({ conclusion: 'success', leaveInProgress: true });
    const { text } = await run('--mode', 'live', '--timeout-seconds', '0', '--template-keys', plainKey);
    assert.match(text, /0\/1 ok\n- .*: workflow_run_timeout$/);
  });

  it('says with exit 2 what is wrong with a call', async () => {
    const refused = async (sentence: string | RegExp, ...args: string[]) => {
      const { exitCode, text } = await run(...args);
      assert.equal(exitCode, 2);
      if (typeof sentence === 'string') assert.equal(text, `error: ${sentence}`);
      else assert.match(text, sentence);
    };
    await refused('provide --all or --template-keys');
    await refused('provide --all or --template-keys', '--mode', 'live');
    await refused('invalid template keys: nope, constructor', '--template-keys', 'nope', soundKey, 'constructor');
    await refused(/^error: --mode must be static or live$/, '--mode', 'full', '--all');
    await refused(/^error: --concurrency must be/, '--all', '--concurrency', 'many');
    await refused(/^error: unexpected go-gin$/, '--all', 'go-gin');
    await refused(/^error: Unknown option/, '--everything');
    for (const name of ['TENON_GITHUB_TOKEN', 'TENON_GITHUB_ACTIONS_WORKFLOW_FILE']) {
      const { [name]: _left, ...without } = env;
      assert.deepEqual(await checkTemplateHealth(['--all'], without), {
        exitCode: 2,
        text: `error: ${name} is required`,
      });
    }
  });

  it('exits 1 where Temporal cannot be reached', async () => {
    const cut = { ...env, TEMPORAL_ADDRESS: '127.0.0.1:1' };
    assert.deepEqual(await checkTemplateHealth(['--mode', 'live', '--template-keys', soundKey], cut), {
      exitCode: 1,
      text: 'error: Templates cannot be checked now: Temporal cannot be reached',
    });
  });

  it('prints to stdout what it found and to stderr what went wrong, as a process', async () => {
    const process_ = async (...args: string[]) => {
      const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/template-health.ts', ...args], {
        cwd: root,
        env: { PATH: process.env['PATH'], ...env },
      });
      const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
      return [code, out, err];
    };
    const [good, bad, wrong] = [
      await process_('--template-keys', soundKey),
      await process_('--template-keys', 'go-gin', wordlessKey),
      await process_(),
    ];
    assert.deepEqual(good, [0, 'template health (static): 1/1 ok\n', '']);
    assert.deepEqual([bad[0], bad[2]], [1, '']);
    assert.deepEqual(wrong, [2, '', 'error: provide --all or --template-keys\n']);
  });
});
