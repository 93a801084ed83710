// `npm run clean`: removes everything that this checkout's stack has made, except shared downloads in the cache.
import { rm } from 'node:fs/promises';
import { stateDir } from './paths.ts';
import { postgresPlace } from './postgres/place.ts';
import { lockHolder } from './supervisor/lock.ts';
import { readStackFile } from './supervisor/stack-file.ts';
import { stopStale } from './supervisor/stale.ts';

const holder = lockHolder(stateDir);
if (holder === undefined) {
  await stopStale(readStackFile());
  for (const dir of new Set([postgresPlace(), stateDir])) {
    await rm(dir, { recursive: true, force: true });
    process.stdout.write(`removed ${dir}\n`);
  }
} else {
  process.stderr.write(`The stack runs (process ${holder}): stop it first.\n`);
  process.exitCode = 1;
}
