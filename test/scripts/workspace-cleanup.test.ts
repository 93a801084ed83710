import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { cleanUpWorkspaces } from '../../scripts/workspace-cleanup.ts';
import { activityPlace, requestedWorkspace, type ActivityPlace } from '../activities/workspaces/place.ts';
import { lifeOf, type Life } from '../activities/workspaces/life.ts';
import { closeWorkspaces } from '../../services/workspaces/closing.ts';
import { makeTestRun } from '../support/factories-hiring.ts';
import { testEnvironment } from '../support/settings.ts';
import { cleanupOf } from '../support/temporal-cleanup-stories.ts';
import { startDevTemporal, type DevTemporal } from '../support/temporal-dev.ts';
import { stubActivities } from '../support/temporal-stubs.ts';

const root = join(import.meta.dirname, '../..');

describe('the command workspace-cleanup', function () {
  this.timeout(60_000);
  const stubs = stubActivities();
  let place: ActivityPlace;
  let temporal: DevTemporal;

  before(async () => {
    [place, temporal] = await Promise.all([activityPlace(), startDevTemporal()]);
    await temporal.work(stubs.activities);
  });
  after(async () => {
    await temporal.stop();
    await place.github.close();
  });
  afterEach(() => place.github.control.resetFaults());

  async function run(...args: string[]): Promise<{ exitCode: number; lines: string[] }> {
    const lines: string[] = [];
    const { database, github } = place;
    const env = testEnvironment({
      DATABASE_URL: database.appUrl,
      TENON_GITHUB_API_BASE: github.apiUrl,
      TENON_GITHUB_TOKEN: github.token,
      TEMPORAL_ADDRESS: temporal.address,
    });
    const exitCode = await cleanUpWorkspaces(args, env, (line) => lines.push(line));
    return { exitCode, lines };
  }

  async function ended(days: number): Promise<Life> {
    const workspace = await requestedWorkspace();
    const life = lifeOf(place, workspace);
    await life.live();
    await place.database.rows(
      `update candidate_sessions set status = 'revoked', revoked_at = now() - make_interval(days => $2), revoked_reason = 'r'
       where id = $1`,
      [workspace.candidateSessionId, days],
    );
    await life.write((uow) => closeWorkspaces(uow, workspace.candidateSessionId ?? ''));
    return life;
  }

  it('tells what would become of each repository, and changes nothing', async () => {
    const closed = async (days: number): Promise<Life> => {
      const life = await ended(days);
      await life.live();
      return life;
    };
    const open = lifeOf(place, await requestedWorkspace());
    await open.live();
    const expected: [Life, RegExp][] = [
      [await closed(31), /revoked \d{4}-\d\d-\d\d \d\d:\d\d UTC: would be deleted$/],
      [await closed(29), /: stays: too young$/],
      [open, /session \d+ not_started: stays: its session is open$/],
      [await ended(40), /: stays: its workflow is at work on it$/],
    ];
    const [gone, foreign, running] = [await closed(33), await closed(34), await closed(35)];
    await gone.atGithub('DELETE');
    await foreign.atGithub('PATCH', { archived: false });
    await foreign.atGithub('PATCH', { description: 'kept' });
    await makeTestRun(await running.now(), { status: 'running' });
    expected.push([gone, /: is not at GitHub any more$/], [foreign, /: stays: what GitHub has is not/]);
    expected.push([running, /: stays: a test run is under way$/]);

    await place.github.control.clearCalls();
    const { exitCode, lines } = await run('--days', '30');
    assert.equal(exitCode, 0);
    assert.match(lines[0] ?? '', /dry run: nothing is changed\. Repositories are deleted 30 days after/);
    for (const [life, sentence] of expected) {
      const { repoFullName } = await life.now();
      assert.match(lines.find((line) => line.startsWith(`${repoFullName} `)) ?? '', sentence);
    }
    assert.equal(
      lines.at(-1),
      'delete 1, gone 1, not ours 1, run under way 1, session open 1, too young 1, under way 1',
    );
    const { calls } = await place.github.control.calls();
    assert.deepEqual([...new Set(calls.map(({ method }) => method))], ['GET']);
    await place.github.control.fault({ route: 'GET /repos/{owner}/{repo}', status: 401 });
    const blind = await run('--days', '30');
    assert.equal(blind.exitCode, 1);
    assert.ok(blind.lines.some((line) => line.endsWith('could not be looked at: GitHub did not answer')));
  });

  it('with --apply begins the clean-up now, links to it and tells how far it is', async () => {
    stubs.use({
      ...cleanupOf([['1', '2']]),
      checkCleanupRound: () => ({ archived: 0, deleted: 1, refused: { GITHUB_PERMISSION_DENIED: 1 }, unfinished: 0 }),
    });
    const { exitCode, lines } = await run('--apply', '--days', '45');
    assert.equal(exitCode, 1, 'one was refused');
    assert.match(
      lines[0] ?? '',
      /goes on when this command ends\. http\S+\/workflows\/workspace-cleanup%2F[0-9a-f-]{36}$/,
    );
    assert.equal(lines.at(-1), 'round 1: 0 under way; deleted 1, archived 0, refused 1 (GITHUB_PERMISSION_DENIED)');
    assert.deepEqual(stubs.calls[0]?.input, { retentionDays: 45, after: null, limit: 25 });
  });

  it('does nothing without a retention time, and names a wrong call', async () => {
    const unset = await run('--apply');
    assert.equal(unset.exitCode, 2);
    assert.match(unset.lines[0] ?? '', /TENON_WORKSPACE_RETENTION_DAYS is not set/);
    for (const args of [['--days', '6'], ['--days', 'x'], ['--delete'], ['7']]) {
      assert.deepEqual((await run(...args)).exitCode, 2, args.join(' '));
    }
  });

  it('is a script that ends by itself', async () => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', join(root, 'scripts', 'workspace-cleanup.ts'), '--days', '3650'],
      {
        env: {
          ...process.env,
          ...testEnvironment({ DATABASE_URL: place.database.appUrl, TENON_GITHUB_API_BASE: place.github.apiUrl }),
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const printed = text(child.stdout);
    const [code] = (await once(child, 'close')) as [number];
    assert.equal(code, 0, await printed);
    assert.match(await printed, /^workspace clean-up, dry run/);
  });
});
