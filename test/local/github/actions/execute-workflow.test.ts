import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { conclusions, oneJob, onlyJob, openWorkshop } from './workshop.ts';
import type { Workshop } from './workshop.ts';

describe('executeWorkflow', () => {
  let workshop: Workshop;
  before(async () => {
    workshop = await openWorkshop();
  });
  after(() => workshop.remove());

  it('runs the steps of the commit and succeeds', async () => {
    const outcome = await workshop.run(
      oneJob(
        '- uses: actions/checkout@v4\n- name: Greet\n  run: ./greet.sh "$WHO"\n  env: { WHO: "${{ inputs.who }}" }',
      ).replace(
        'on: workflow_dispatch',
        'run-name: Greets ${{ inputs.who }}\non: { workflow_dispatch: { inputs: { who: { default: nobody } } } }',
      ),
      { files: { 'greet.sh': '#!/bin/sh\necho "hello $1"\n' }, inputs: { who: 'Ada', surprise: 'x' } },
    );
    assert.equal(outcome.conclusion, 'success', onlyJob(outcome).log);
    assert.equal(outcome.runName, 'Greets Ada');
    assert.match(onlyJob(outcome).log, /^hello Ada$/m);
    const [setUp] = onlyJob(outcome).steps;
    assert.deepEqual([setUp?.name, setUp?.number, setUp?.conclusion], ['Set up job', 1, 'success']);
    assert.deepEqual(conclusions(outcome), { 'Run actions/checkout@v4': 'success', Greet: 'success' });
    assert.deepEqual(await readdir(workshop.workDir()), []);
  });

  it('goes on after a failing step only where a condition says so', async () => {
    const outcome = await workshop.run(
      oneJob(`
- { name: breaks, id: breaks, run: exit 3 }
- { name: next, run: echo never }
- { name: on failure, if: failure(), run: "echo it was \${{ steps.breaks.outcome }}" }
- { name: always, if: always(), run: echo always }
- { name: on success, if: success(), run: echo never }
- { name: on cancel, if: cancelled(), run: echo never }`),
    );
    assert.equal(outcome.conclusion, 'failure');
    assert.deepEqual(conclusions(outcome), {
      breaks: 'failure',
      next: 'skipped',
      'on failure': 'success',
      always: 'success',
      'on success': 'skipped',
      'on cancel': 'skipped',
    });
    assert.match(onlyJob(outcome).log, /##\[error\]Process completed with exit code 3\./);
    assert.match(onlyJob(outcome).log, /^it was failure$/m);
    assert.doesNotMatch(onlyJob(outcome).log, /^never$/m);
  });

  it('lets a step fail that may', async () => {
    const outcome = await workshop.run(
      oneJob(`
- { name: may fail, id: may, continue-on-error: true, run: exit 1 }
- { name: next, run: 'echo "\${{ steps.may.outcome }} \${{ steps.may.conclusion }}"' }`),
    );
    assert.equal(outcome.conclusion, 'success');
    assert.match(onlyJob(outcome).log, /^failure success$/m);
  });

  it('hands outputs, variables and paths to the steps that follow', async () => {
    const outcome = await workshop.run(
      oneJob(`
- id: first
  run: |
    echo "plain=one" >> "$GITHUB_OUTPUT"
    printf 'long<<END\\na=1\\nb=2\\nEND\\n' >> "$GITHUB_OUTPUT"
    echo "COLOUR=red" >> "$GITHUB_ENV"
    echo "GITHUB_SHA=fake" >> "$GITHUB_ENV"
    mkdir -p "$RUNNER_TEMP/bin" && printf '#!/bin/sh\\necho from the path\\n' > "$RUNNER_TEMP/bin/tool"
    chmod +x "$RUNNER_TEMP/bin/tool" && echo "$RUNNER_TEMP/bin" >> "$GITHUB_PATH"
    echo "# done" >> "$GITHUB_STEP_SUMMARY"
- run: |
    echo "\${{ steps.first.outputs.plain }} \${{ env.COLOUR }} $COLOUR"
    echo "\${{ steps.first.outputs.long }}" | tr '\\n' ,
    tool
    test "$GITHUB_SHA" = "\${{ github.sha }}"`),
    );
    const { log } = onlyJob(outcome);
    assert.equal(outcome.conclusion, 'success', log);
    assert.match(log, /^one red red$/m);
    assert.match(log, /^a=1,b=2,from the path$/m);
    assert.match(log, /may not set GITHUB_SHA/);
  });

  it('knows env at three levels, defaults, shells and working directories', async () => {
    const outcome = await workshop.run(
      `
name: Levels
on: workflow_dispatch
env: { A: workflow, B: workflow, C: workflow }
defaults: { run: { shell: sh } }
jobs:
  test:
    name: Levels of \${{ github.repository }}
    runs-on: ubuntu-22.04
    env: { B: job, C: job }
    defaults: { run: { working-directory: deep } }
    steps:
      - uses: actions/checkout@v4
      - env: { C: step }
        run: 'echo "$A $B $C $(basename "$PWD") \${BASH_VERSION:-posix}"'
      - shell: bash
        working-directory: .
        run: 'echo "\${BASH_VERSION:+bash} $(test -d deep && echo top)"'
      - shell: bash
        if: always()
        run: false | cat`,
      { files: { 'deep/file': 'x' } },
    );
    const job = onlyJob(outcome);
    assert.equal(job.name, 'Levels of tenon/example');
    assert.match(job.log, /^workflow job step deep posix$/m);
    assert.match(job.log, /^bash top$/m);
    assert.equal(outcome.conclusion, 'failure', 'a named bash fails in the middle of a pipe');
  });

  it('runs jobs in the order of their needs and skips what depends on a failure', async () => {
    const outcome = await workshop.run(`
name: Jobs
on: workflow_dispatch
jobs:
  last: { runs-on: ubuntu-latest, needs: [middle, first], if: always(), steps: [{ run: 'echo "\${{ needs.first.result }} \${{ needs.middle.result }}"' }] }
  middle: { runs-on: ubuntu-latest, needs: first, steps: [{ run: 'true' }] }
  first: { runs-on: ubuntu-latest, steps: [{ run: 'false' }] }`);
    assert.deepEqual(
      outcome.jobs.map(({ name, conclusion }) => [name, conclusion]),
      [
        ['first', 'failure'],
        ['middle', 'skipped'],
        ['last', 'success'],
      ],
    );
    assert.match(outcome.jobs[2]?.log ?? '', /^failure skipped$/m);
    assert.equal(outcome.conclusion, 'failure');
  });

  const unsupported: [what: string, steps: string, names: RegExp][] = [
    ['an action', '- uses: docker/build-push-action@v5', /docker\/build-push-action@v5 is not supported/],
    ['an action without a version', '- uses: actions/checkout@main', /actions\/checkout@main is not supported/],
    ['an input of an action', '- { uses: actions/checkout@v4, with: { lfs: true } }', /actions\/checkout: with\.lfs/],
    ['a key of a step', '- { run: "true", services: {} }', /jobs\.test\.steps\[0\]\.services is not supported/],
    ['a shell', '- { run: "true", shell: pwsh }', /shell pwsh is not supported/],
    ['a function', "- run: echo ${{ hashFiles('x') }}", /hashFiles\(\) is not supported/],
    ['a context', '- run: echo ${{ secrets.TOKEN }}', /secrets\.TOKEN is not supported/],
  ];
  for (const [what, steps, names] of unsupported) {
    it(`fails and names ${what} that it does not support`, async () => {
      const outcome = await workshop.run(
        oneJob(`- run: echo never\n${steps}`.replace(/^- run: echo never\n(?=- \{ run)/, '')),
      );
      assert.equal(outcome.conclusion, 'failure');
      assert.match(onlyJob(outcome).log, names);
      assert.doesNotMatch(onlyJob(outcome).log, /^never$/m);
      assert.equal(onlyJob(outcome).steps[0]?.conclusion, 'failure');
    });
  }

  it('fails and names a key of a job, another machine, or a file that cannot be read', async () => {
    const matrix = oneJob('- run: "true"').replace('    steps', '    strategy: { matrix: { node: [20] } }\n    steps');
    assert.match(onlyJob(await workshop.run(matrix)).log, /jobs\.test\.strategy is not supported/);
    const windows = oneJob('- run: "true"').replace('ubuntu-latest', 'windows-latest');
    assert.match(onlyJob(await workshop.run(windows)).log, /windows-latest is not supported/);
    const broken = await workshop.run('on: [');
    assert.equal(broken.conclusion, 'failure');
    assert.match(onlyJob(broken).log, /not valid YAML/);
    const missing = await workshop.run(oneJob('- run: "true"'), { workflowPath: '.github/workflows/other.yml' });
    assert.match(onlyJob(missing).log, /other\.yml/);
  });

  it('keeps the first MiB of a log and counts the rest', async () => {
    const outcome = await workshop.run(oneJob('- run: head -c 3000000 /dev/zero | tr "\\0" x'));
    const { log } = onlyJob(outcome);
    assert.ok(Buffer.byteLength(log) <= 1024 * 1024);
    assert.match(log, /\[19\d{5} more bytes are not kept\]\s*$/);
    assert.equal(outcome.conclusion, 'success');
  });

  it('cleans up after steps that take permissions away', async () => {
    const outcome = await workshop.run(oneJob('- run: mkdir -p a/b && touch a/b/c && chmod 000 a/b a'));
    assert.equal(outcome.conclusion, 'success');
    assert.deepEqual(await readdir(workshop.workDir()), []);
  });
});
