import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPatterns } from '../../../../local/github/actions/artifacts/patterns.ts';
import { oneJob, onlyJob, openWorkshop, readZip } from './workshop.ts';
import type { Workshop } from './workshop.ts';

describe('actions/upload-artifact', () => {
  let workshop: Workshop;
  before(async () => {
    workshop = await openWorkshop();
  });
  after(() => workshop.remove());

  function upload(withKeys: string, before = 'true'): string {
    return oneJob(
      `- run: |\n    ${before}\n- { if: always(), uses: actions/upload-artifact@v4, with: { ${withKeys} } }`,
    );
  }

  it('keeps one file under its own name, also after a failure', async () => {
    const outcome = await workshop.run(
      upload('name: results, path: out/results.json', 'mkdir out; echo "{}" > out/results.json; false'),
    );
    assert.equal(outcome.conclusion, 'failure');
    const [artifact] = outcome.artifacts;
    assert.equal(artifact?.name, 'results');
    assert.ok(artifact.sizeBytes > 0);
    assert.deepEqual(await readZip(artifact.zipPath), { 'results.json': '{}\n' });
  });

  it('takes lines, wildcards and exclusions, below the folder that they share', async () => {
    const outcome = await workshop.run(
      upload(
        'path: "out/**/*.txt\\nout/logs\\n!out/**/secret*\\n"',
        'mkdir -p out/a/b out/logs; for f in a/1 a/b/2 secret3; do echo $f > out/$f.txt; done; echo l > out/logs/l; echo h > out/logs/.hidden',
      ),
    );
    const [artifact] = outcome.artifacts;
    assert.equal(artifact?.name, 'artifact');
    assert.deepEqual(Object.keys(await readZip(artifact.zipPath)).sort(), ['a/1.txt', 'a/b/2.txt', 'logs/l']);
  });

  it('reads patterns like GitHub does', () => {
    const matches = (pattern: string, path: string): boolean =>
      readPatterns(pattern, '/w')[0]?.matches(`/w/${path}`) ?? false;
    assert.equal(matches('a/*.txt', 'a/b.txt'), true);
    assert.equal(matches('a/*.txt', 'a/b/c.txt'), false);
    assert.equal(matches('a/**/c.txt', 'a/c.txt'), true);
    assert.equal(matches('a/**/c.txt', 'a/b/b/c.txt'), true);
    assert.equal(matches('a', 'a/b/c.txt'), true);
    assert.equal(matches('a', 'ab'), false);
    assert.equal(matches('x?[0-9a].log', 'xy7.log'), true);
    assert.equal(matches('x?[0-9a].log', 'xyb.log'), false);
    assert.equal(matches('a.b', 'axb'), false);
    assert.equal(matches(`${'*a'.repeat(30)}b`, 'a'.repeat(200)), false);
    assert.equal(readPatterns('./a/../b/*.c', '/w')[0]?.base, '/w/b');
  });

  it('warns, fails or keeps quiet when there is nothing', async () => {
    const warned = await workshop.run(upload('path: none'));
    assert.equal(warned.conclusion, 'success');
    assert.match(onlyJob(warned).log, /##\[warning\]No files were found/);
    assert.equal((await workshop.run(upload('path: none, if-no-files-found: error'))).conclusion, 'failure');
    const ignored = await workshop.run(upload('path: none, if-no-files-found: ignore'));
    assert.equal(ignored.conclusion, 'success');
    assert.doesNotMatch(onlyJob(ignored).log, /##\[(warning|error)/);
  });

  it('refuses links and paths that lead out of the workspace, and keeps those inside', async () => {
    const outside = join(workshop.folder, 'outside.txt');
    await writeFile(outside, 'not yours');
    const escapes = [
      upload('path: link', `ln -s "${outside}" link`),
      upload('path: out', `mkdir out; ln -s "${outside}" out/link`),
      upload('path: folder/outside.txt', `ln -s "${workshop.folder}" folder`),
      upload('path: "folder/*.txt"', `ln -s "${workshop.folder}" folder`),
      upload(`path: ${outside}`),
      upload('path: ../../..'),
    ];
    for (const workflow of escapes) {
      const outcome = await workshop.run(workflow);
      assert.equal(outcome.conclusion, 'failure');
      assert.deepEqual(outcome.artifacts, []);
      assert.match(onlyJob(outcome).log, /leads out of the workspace/);
    }
    const inside = await workshop.run(upload('path: out', 'mkdir out; echo yes > real; ln -s ../real out/link'));
    assert.deepEqual(await readZip(inside.artifacts[0]?.zipPath ?? ''), { link: 'yes\n' });
  });

  it('refuses committed links, too', async () => {
    const outcome = await workshop.run(
      oneJob('- uses: actions/checkout@v4\n- { uses: actions/upload-artifact@v4, with: { path: results.json } }'),
      { files: { 'results.json': { linkTo: '/etc/hostname' } } },
    );
    assert.equal(outcome.conclusion, 'failure');
    assert.deepEqual(outcome.artifacts, []);
  });

  it('keeps at most 50 MiB a run, leaves pipes out, and takes each name once', async () => {
    const big = await workshop.run(upload('path: big', 'head -c 53000000 /dev/zero > big'));
    assert.match(onlyJob(big).log, /larger than 50 MiB/);
    assert.deepEqual(big.artifacts, []);
    const pipe = await workshop.run(upload('path: out', 'mkdir out; mkfifo out/pipe; echo x > out/file'));
    assert.deepEqual(await readZip(pipe.artifacts[0]?.zipPath ?? ''), { file: 'x\n' });
    const step = '- { uses: actions/upload-artifact@v4, with: { name: one, path: x } }';
    const twice = await workshop.run(oneJob(`- run: echo x > x\n${step}\n${step}`));
    assert.match(onlyJob(twice).log, /already has an artifact named one/);
    assert.equal(twice.artifacts.length, 1);
  });
});
