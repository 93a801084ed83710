import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOfflinePackages } from '../../../../local/github/templates/offline-packages.ts';
import { prepareTemplates } from '../../../../local/github/templates/index.ts';
import { cacheDir } from '../../../../local/paths.ts';
import { findProgram } from '../../../../local/programs.ts';

describe('prepareTemplates', function () {
  this.timeout(120_000);
  let folder: string;
  const path = process.env['PATH'] ?? '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tenon-prepare-'));
  });
  afterEach(() => {
    process.env['PATH'] = path;
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** A cache that already has what the shared one has, under its own roof. */
  async function warmCache(): Promise<string> {
    await prepareTemplates({ cacheDir: cacheDir(), log: () => {} });
    const warm = await mkdtemp(join(folder, 'cache-'));
    for (const name of await readdir(cacheDir())) {
      if (/^(npm|wheels)-\w+$/.test(name)) await symlink(join(cacheDir(), name), join(warm, name));
    }
    return warm;
  }

  it('only looks when everything is there', async () => {
    const warm = await warmCache();
    const before = await readdir(warm);
    const said: string[] = [];
    const { available } = await prepareTemplates({ cacheDir: warm, log: (message) => said.push(message) });
    assert.ok(available.some(({ key }) => key === 'node-express-ts'));
    assert.deepEqual(
      said.filter((message) => message.startsWith('fetching')),
      [],
    );
    assert.deepEqual(
      (await readdir(warm)).filter((name) => !name.startsWith('offline-packages')).sort(),
      before.sort(),
    );
    assert.ok((await readOfflinePackages(warm)).npmCache?.startsWith(warm));
  });

  it('leaves out, by name, the templates of a language that is not on the machine', async () => {
    const warm = await warmCache();
    const programs = join(folder, 'programs');
    await mkdir(programs);
    for (const name of ['node', 'npm']) await symlink(findProgram(name) ?? process.execPath, join(programs, name));
    process.env['PATH'] = programs;
    const { available, skipped } = await prepareTemplates({ cacheDir: warm, log: () => {} });
    assert.deepEqual(
      available.map(({ key }) => key),
      ['node-express-ts'],
    );
    assert.deepEqual(
      skipped.map(({ key }) => key),
      ['python-fastapi'],
    );
    assert.match(skipped[0]?.reason ?? '', /Python 3\.10 or newer/);
    assert.equal((await readOfflinePackages(warm)).wheels, null);
  });
});
