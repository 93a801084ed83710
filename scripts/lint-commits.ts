// `npm run lint:commits`: lists the documented exceptions to the unit-of-work rule; exit 1 when there is an undocumented one.
// The rule: only core/unit-of-work.ts opens a transaction, services never commit, and every query runs in a unit of work.
// What it stands on is the rule's home and is not listed: core/database.ts (its BEGIN) and core/connections.ts (its connections).
import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkoutDir } from '../local/paths.ts';
import { checkCommits } from './lint-commits/check.ts';

/** The product; `local/` and `test/` run beside it. */
const FOLDERS = [
  'activities',
  'adapters',
  'api',
  'core',
  'domain',
  'gateway',
  'migrations',
  'models',
  'scripts',
  'services',
  'worker',
  'workflows',
];

export interface CommitsReport {
  readonly exitCode: 0 | 1;
  readonly lines: readonly string[];
}

/** Checks the product's folders below `root`, those that are there. */
export async function lintCommits(root: string): Promise<CommitsReport> {
  const exceptions: string[] = [];
  const problems: string[] = [];
  for (const path of await sourcesIn(root)) {
    const found = checkCommits(path, await readFile(join(root, path), 'utf8'));
    exceptions.push(...found.exceptions.map(({ line, text }) => `${path}:${line}  ${text}`));
    problems.push(...found.problems.map(({ line, text }) => `${path}:${line}: ${text}`));
  }
  const documented = `${counted(exceptions.length, 'documented exception')} to the unit-of-work rule`;
  return problems.length === 0
    ? { exitCode: 0, lines: [...exceptions, `${documented}, none undocumented.`] }
    : { exitCode: 1, lines: [...problems, `${counted(problems.length, 'problem')} beside ${documented}.`] };
}

async function sourcesIn(root: string): Promise<string[]> {
  const found = await Promise.all(
    FOLDERS.map(async (folder) => {
      const names = await readdir(join(root, folder), { recursive: true }).catch(() => []);
      return names.filter((name) => /\.m?[jt]s$/.test(name)).map((name) => `${folder}/${name.split(sep).join('/')}`);
    }),
  );
  return found.flat().sort();
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

async function main(): Promise<void> {
  const { exitCode, lines } = await lintCommits(checkoutDir);
  (exitCode === 0 ? process.stdout : process.stderr).write(`${lines.join('\n')}\n`);
  process.exitCode = exitCode;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
