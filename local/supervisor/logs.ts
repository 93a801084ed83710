import { mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const TAIL_BYTES = 64 * 1024;

/** Opens a component's log for a new run; the run before is kept as `<name>.1.log`. */
export function openLog(dir: string, name: string): { readonly fd: number; readonly path: string } {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const path = join(dir, `${name}.log`);
  try {
    renameSync(path, join(dir, `${name}.1.log`));
  } catch {
    rmSync(path, { force: true }); // the first run
  }
  return { fd: openSync(path, 'a', 0o600), path };
}

/** The last lines of a log; empty when there is none. */
export function tailOf(path: string, lines: number): string[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  return text
    .slice(-TAIL_BYTES)
    .split('\n')
    .filter((line) => line !== '')
    .slice(-lines);
}
