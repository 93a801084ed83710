import { chmod, mkdir, mkdtemp, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isReachableByOthers, postgresAccount } from '../../local/postgres/account.ts';

/** Everything temporary of one run in a new folder, `within` another such folder or not; its caller removes it. Short: socket paths have a limit. */
export async function makeRunFolder(prefix: string, within?: string): Promise<string> {
  const base = within ?? (!postgresAccount() || (await isReachableByOthers(tmpdir())) ? tmpdir() : '/var/tmp');
  const dir = await mkdtemp(join(base, prefix));
  await chmod(dir, 0o711); // as root, Postgres runs as `nobody` and has to walk through
  const compiled = `tsx-${process.getuid?.() ?? 0}`; // tsx keeps compiled files in the temp folder; without them each run starts cold
  await mkdir(join(tmpdir(), compiled), { recursive: true });
  await symlink(join(tmpdir(), compiled), join(dir, compiled));
  return dir;
}
