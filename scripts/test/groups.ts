import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutDir } from '../../local/paths.ts';

/** Files that one mocha process runs, in this order. */
export interface TestGroup {
  readonly name: string;
  readonly files: readonly string[];
}

/**
 * Each in a process of its own, the one that takes longest first, as many at a time as there are cores: what is still
 * running at the end shall be short. A file belongs to the longest folder here that it is in. What starts the whole stack
 * is in one group: two stacks that start at the same time would want the same usual ports.
 */
const groups: Readonly<Record<string, readonly string[]>> = {
  'whole stack': ['test/chaos', 'test/e2e', 'test/faults', 'test/local/stack'],
  others: ['test'],
  'local GitHub': ['test/local/github'],
  work: ['test/activities', 'test/worker', 'test/workflows'],
  API: ['test/api'],
  'identity API': ['test/api/identity'],
};

/** Every test file, in exactly one group. */
export function testGroups(files = testFiles()): TestGroup[] {
  const folders = Object.values(groups).flat();
  const folderOf = (file: string): string | undefined =>
    folders.filter((folder) => file.startsWith(`${folder}/`)).sort((a, b) => b.length - a.length)[0];
  return Object.entries(groups)
    .map(([name, own]) => ({ name, files: files.filter((file) => own.includes(folderOf(file) ?? '')) }))
    .filter(({ files }) => files.length > 0);
}

/** What `spec` in .mocharc.json names. */
function testFiles(): string[] {
  return readdirSync(join(checkoutDir, 'test'), { recursive: true, encoding: 'utf8' })
    .map((name) => `test/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.test.ts'))
    .sort();
}
