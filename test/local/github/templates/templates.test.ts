import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { executeWorkflow, readWorkflow } from '../../../../local/github/actions/index.ts';
import { prepareTemplates, solutionPatch } from '../../../../local/github/templates/index.ts';
import type { PreparedTemplates } from '../../../../local/github/templates/index.ts';
import { cacheDir } from '../../../../local/paths.ts';
import { readZip } from '../actions/workshop.ts';

const run = promisify(execFile);
const WORKFLOW = '.github/workflows/tenon-ci.yml';
const RESULTS = 'tenon-test-results.json';
const isFull = process.env['TENON_TEST_FULL'] === '1';

type Counts = readonly [passed: number, failed: number];

interface Expected {
  /** Of all tests, in the template as it comes. */
  start: Counts;
  days: Readonly<Record<string, { wrong: Counts; right: Counts }>>;
}

const EXPECTED: Readonly<Record<string, Expected>> = {
  'node-express-ts': {
    start: [8, 14],
    days: { '2': { wrong: [9, 3], right: [12, 0] }, '3': { wrong: [8, 2], right: [10, 0] } },
  },
  'python-fastapi': {
    start: [6, 17],
    days: { '2': { wrong: [8, 4], right: [12, 0] }, '3': { wrong: [7, 4], right: [11, 0] } },
  },
};

interface Results {
  passed: number;
  failed: number;
  total: number;
  stdout: string;
  stderr: string;
  summary: { groups: string[]; failures: string[] };
}

describe('the template repositories', function () {
  this.timeout(180_000);
  let folder: string;
  let prepared: PreparedTemplates;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tenon-templates-'));
    prepared = await prepareTemplates({ cacheDir: cacheDir(), log: () => {} });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  interface Outcome<Found> {
    readonly conclusion: string;
    readonly results: Found;
    readonly log: string;
  }

  /** Commits the template, changed by a patch or by hand, and runs its tests for a day. */
  async function runTests<Found = Results>(
    key: string,
    day: string,
    change: (work: string) => Promise<unknown> = async () => {},
  ): Promise<Outcome<Found>> {
    const template = prepared.available.find((each) => each.key === key);
    assert.ok(template);
    const place = await mkdtemp(join(folder, 'run-'));
    const [work, bareRepo, workDir] = ['work', 'bare.git', 'job'].map((name) => join(place, name)) as [
      string,
      string,
      string,
    ];
    await cp(template.folder, work, { recursive: true });
    await change(work);
    const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
    const git = (...args: string[]): Promise<{ stdout: string }> => run('git', ['-C', work, ...args], { env });
    await git('init', '--quiet');
    await git('add', '--all');
    await git('-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', 'commit', '--quiet', '--message=Start');
    await git('clone', '--quiet', '--bare', work, bareRepo);
    await mkdir(workDir);
    const outcome = await executeWorkflow({
      bareRepo,
      sha: (await git('rev-parse', 'HEAD')).stdout.trim(),
      ref: 'refs/heads/main',
      repository: 'tenon/example',
      actor: 'ada',
      runId: 1,
      runNumber: 1,
      workflowPath: WORKFLOW,
      inputs: { tenon_run: 'marker-1', tenon_day: day },
      workDir,
      cacheDir: cacheDir(),
      timeLimitMs: 120_000,
      signal: new AbortController().signal,
    });
    const log = outcome.jobs.map((job) => job.log).join('\n');
    assert.match(outcome.runName, /marker-1/);
    assert.deepEqual(
      outcome.artifacts.map(({ name }) => name),
      ['tenon-test-results'],
      log,
    );
    assert.deepEqual(await readdir(workDir), ['artifacts']);
    const zip = await readZip(outcome.artifacts[0]?.zipPath ?? '');
    return { conclusion: outcome.conclusion, results: JSON.parse(zip[RESULTS] ?? '') as Found, log };
  }

  function apply(key: string, patch: string): (work: string) => Promise<unknown> {
    return (work) => run('git', ['apply', solutionPatch(key, patch)], { cwd: work });
  }

  /**
   * Runs the tests once for each patch, of its day, in one job: what takes long is to install the dependencies. All but the
   * command that runs the tests is the template's own workflow.
   */
  async function runWithEach(key: string, patches: readonly string[]): Promise<ReadonlyMap<string, Outcome<Results>>> {
    const all = await runTests<Record<string, { exitCode: number; results: Results }>>(key, '', async (work) => {
      for (const patch of patches) await cp(solutionPatch(key, patch), join(work, `${patch}.patch`));
      const file = join(work, WORKFLOW);
      const workflow = await readFile(file, 'utf8');
      const command = /run: (.+) "\$TENON_DAY"$/m.exec(workflow)?.[1] ?? assert.fail(workflow);
      await writeFile(file, workflow.replace(`${command} "$TENON_DAY"`, 'sh try-each.sh'));
      await writeFile(join(work, 'try-each.sh'), tryEach(command, patches));
    });
    assert.deepEqual(Object.keys(all.results), patches, all.log);
    return new Map(
      Object.entries(all.results).map(([patch, { exitCode, results }]) => {
        const outcome = { conclusion: exitCode === 0 ? 'success' : 'failure', results, log: all.log };
        return [patch, outcome];
      }),
    );
  }

  function assertCounts(results: Results, [passed, failed]: Counts, log: string): void {
    assert.deepEqual([results.passed, results.failed, results.total], [passed, failed, passed + failed], log);
  }

  it('are all there, or are left out with a reason', () => {
    assert.deepEqual(
      [...prepared.available, ...prepared.skipped].map(({ key }) => key).sort(),
      Object.keys(EXPECTED).sort(),
    );
    assert.ok(prepared.skipped.every(({ reason }) => reason.length > 0));
    assert.ok(prepared.available.some(({ key }) => key === 'node-express-ts'));
  });

  it('name their workflow file, their days and their protected paths', async () => {
    for (const { folder } of prepared.available) {
      const manifest = JSON.parse(await readFile(join(folder, 'tenon.json'), 'utf8')) as {
        workflow: string;
        days: { day: number; tests: string }[];
        protectedPaths: string[];
      };
      assert.equal(manifest.workflow, WORKFLOW);
      assert.deepEqual(
        manifest.days.map(({ day }) => day),
        [2, 3],
      );
      for (const { tests } of manifest.days) assert.ok(manifest.protectedPaths.includes(`${tests}/**`));
      for (const path of manifest.protectedPaths) await readFileOrFolder(join(folder, path.replace('/**', '')));
      const workflow = readWorkflow(await readFile(join(folder, WORKFLOW), 'utf8'));
      assert.deepEqual(Object.keys(workflow.dispatchInputs ?? {}), ['tenon_run', 'tenon_day']);
      assert.deepEqual(
        (await readdir(folder)).filter((name) => name === 'solutions'),
        [],
      );
    }
  });

  for (const [key, { start, days }] of Object.entries(EXPECTED)) {
    describe(key, () => {
      /** A machine without the language leaves the template out, by name; then there is nothing to run. */
      const isLeftOut = (): boolean => prepared.skipped.some((each) => each.key === key);
      const isNode = key === 'node-express-ts';

      it('fails as it comes, with some tests passing', async () => {
        if (isLeftOut()) return;
        const { results, conclusion, log } = await runTests(key, '');
        assertCounts(results, start, log);
        assert.equal(conclusion, 'failure');
      });

      it('passes all its tests with the solutions of both days, as on the branch `solution`', async () => {
        if (isLeftOut()) return;
        const { results, conclusion, log } = await runTests(key, '', async (work) => {
          const solution = prepared.available.find((each) => each.key === key)?.solution ?? [];
          assert.equal(solution.length, 2);
          for (const patch of solution) await run('git', ['apply', patch], { cwd: work });
        });
        assert.equal(results.failed, 0, log);
        assert.ok(results.passed >= start[0] + start[1], log); // solutions bring tests of their own
        assert.equal(conclusion, 'success');
      });

      function assertFixes(day: string, tried: Outcome<Results>, solved: Outcome<Results>): void {
        const { wrong, right } = days[day] ?? assert.fail(day);
        assertCounts(tried.results, wrong, tried.log);
        assert.equal(tried.results.summary.failures.length, wrong[1]);
        assert.equal(tried.conclusion, 'failure');
        assertCounts(solved.results, right, solved.log);
        assert.equal(solved.conclusion, 'success');
      }

      it('fails on each day with a wrong fix, and passes with the right one', async () => {
        if (isLeftOut()) return;
        const patches = Object.keys(days).flatMap((day) => [`day-${day}-wrong`, `day-${day}`]);
        const outcomes = await runWithEach(key, patches);
        const outcome = (patch: string): Outcome<Results> => outcomes.get(patch) ?? assert.fail(patch);
        for (const day of Object.keys(days)) assertFixes(day, outcome(`day-${day}-wrong`), outcome(`day-${day}`));
      });

      for (const day of isFull ? Object.keys(days) : []) {
        it(`does so in a job for each fix of day ${day}`, async () => {
          if (isLeftOut()) return;
          const tried = await runTests(key, day, apply(key, `day-${day}-wrong`));
          assertFixes(day, tried, await runTests(key, day, apply(key, `day-${day}`)));
        });
      }

      it('says honestly that code cannot be run', async () => {
        if (isLeftOut()) return;
        const source = isNode ? 'src/app.ts' : 'bakery/app.py';
        const { results, conclusion, log } = await runTests(key, '2', (work) =>
          appendFile(join(work, source), '\n)(\n'),
        );
        assertCounts(results, [0, 1], log);
        assert.deepEqual(results.summary.groups, ['feature'], 'the day comes through the workflow');
        assert.match(results.stderr, isNode ? /Transform failed/ : /SyntaxError/);
        assert.equal(conclusion, 'failure');
      });

      it('says honestly that the dependencies cannot be installed', async () => {
        if (isLeftOut()) return;
        const list = isNode ? 'package.json' : 'requirements.txt';
        const { results, conclusion, log } = await runTests(key, '2', (work) => appendFile(join(work, list), '\n)(\n'));
        assertCounts(results, [0, 1], log);
        assert.match(results.stderr, /could not be installed[^]*error/i);
        assert.equal(conclusion, 'failure');
      });
    });
  }
});

/** One JSON object of what the tests say with each patch; Python would take compiled files of the patch before for those of this one. */
function tryEach(command: string, patches: readonly string[]): string {
  return `set -e
before='{'
for patch in ${patches.join(' ')}; do
  git apply "$patch.patch"
  code=0
  ${command} "$(echo "$patch" | cut -d- -f2)" || code=$?
  printf '%s"%s":{"exitCode":%s,"results":' "$before" "$patch" "$code" >> all.json
  cat ${RESULTS} >> all.json
  printf '}' >> all.json
  before=','
  git apply --reverse "$patch.patch"
  find . -name __pycache__ -prune -exec rm -rf {} +
done
printf '}' >> all.json
mv all.json ${RESULTS}
`;
}

async function readFileOrFolder(path: string): Promise<unknown> {
  return readFile(path).catch(() => readdir(path));
}
