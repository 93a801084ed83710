// `npm run logs [-- <component>] [--follow]`: the ends of the logs, and what is added to them.
import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { stateDir } from './paths.ts';
import { tailOf } from './supervisor/logs.ts';

const POLL_MS = 300;
const dir = join(stateDir, 'logs');

const { values, positionals } = parseArgs({
  options: { follow: { type: 'boolean', short: 'f' } },
  allowPositionals: true,
});
const known = namesIn(dir);
const wanted = positionals.length > 0 ? positionals : known;
const unknown = wanted.filter((name) => !known.includes(name));
process.stdout.on('error', () => process.exit(0)); // e.g. piped into head
if (known.length === 0) {
  fail('There are no logs: the stack has never been started.');
} else if (unknown.length > 0) {
  fail(`There is no log of ${unknown.join(', ')}; there are: ${known.join(', ')}.`);
} else {
  const print = (name: string, line: string): void =>
    void process.stdout.write(wanted.length > 1 ? `${name.padEnd(9)} ${line}\n` : `${line}\n`);
  for (const name of wanted) for (const line of tailOf(fileOf(name), wanted.length > 1 ? 10 : 100)) print(name, line);
  if (values.follow === true) await Promise.all(wanted.map((name) => follow(name, (line) => print(name, line))));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.log') && !name.endsWith('.1.log'))
      .map((name) => basename(name, '.log'));
  } catch {
    return [];
  }
}

function fileOf(name: string): string {
  return join(dir, `${name}.log`);
}

/** Prints what is appended, also when the log begins anew with the next start of the stack. */
async function follow(name: string, print: (line: string) => void): Promise<never> {
  let seen: { inode: number; size: number } | undefined;
  let rest = '';
  for (;;) {
    const now = readFrom(fileOf(name), seen);
    seen = now.seen;
    const lines = (rest + now.text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) print(line);
    await pause(POLL_MS);
  }
}

interface Position {
  readonly inode: number;
  readonly size: number;
}

/** The text after a position; of a new file all, at the first look nothing. */
function readFrom(
  path: string,
  seen: Position | undefined,
): { readonly text: string; readonly seen: Position | undefined } {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return { text: '', seen }; // between two runs
  }
  try {
    const { ino: inode, size } = fstatSync(fd);
    if (!seen) return { text: '', seen: { inode, size } };
    const from = seen.inode === inode && seen.size <= size ? seen.size : 0;
    const bytes = Buffer.alloc(size - from);
    const read = readSync(fd, bytes, 0, bytes.length, from);
    return { text: bytes.toString('utf8', 0, read), seen: { inode, size: from + read } };
  } finally {
    closeSync(fd);
  }
}

function fail(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}
