import { execFileSync } from 'node:child_process';
import { chown, mkdtemp, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { postgresAccount } from '../../local/postgres/account.ts';
import type { TestDatabase } from '../support/database.ts';

/** A tablespace `small_disk` on a file system of 4 MB. */
export interface SmallDisk {
  /** Until nothing fits any more. */
  fill(): Promise<void>;
  empty(): Promise<void>;
  remove(): Promise<void>;
}

/** Whether we may mount here: root on Linux, and no container that forbids it. */
export function canHaveSmallDisk(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export async function smallDisk(database: TestDatabase): Promise<SmallDisk> {
  const rows = (sql: string, values?: readonly unknown[]): Promise<object[]> => database.rows(sql, values);
  const dir = await mkdtemp(join(tmpdir(), 'small-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=700', 'tmpfs', dir]);
  const account = postgresAccount();
  if (account) await chown(dir, account.uid, account.gid);
  await rows(`create tablespace small_disk location '${dir}'`);
  await rows('create table filler (text text) tablespace small_disk');
  return {
    async fill() {
      for (let bytes = 1_000_000; bytes > 100; bytes = Math.floor(bytes / 2)) {
        for (;;) {
          const isIn = await rows('insert into filler select repeat(md5(n::text), 60) from generate_series(1, $1) n', [
            Math.ceil(bytes / 1_920),
          ]).then(
            () => true,
            (error: { code?: string }) => {
              if (error.code === '53100') return false;
              throw error;
            },
          );
          if (!isIn) break;
        }
      }
    },
    async empty() {
      await rows('drop table filler'); // to truncate it would take room for a new file
    },
    async remove() {
      await rows('drop table if exists filler');
      await rows('checkpoint'); // until then the files of what was dropped are there
      await rows('drop tablespace small_disk');
      execFileSync('umount', ['--lazy', dir]); // backends keep files of it open
      await rmdir(dir);
    },
  };
}
