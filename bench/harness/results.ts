import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkoutDir } from '../../local/paths.ts';

const file = join(checkoutDir, 'bench', 'RESULTS.md');
const HEAD = `# Results

Appended by \`npm run bench\`; newest last. Ratios are comparable across machines, milliseconds are not. How to read them:
[docs/operations/benchmarks.md](../docs/operations/benchmarks.md).
`;

/** Adds one benchmark's text to the file of results. */
export async function keepResult(title: string, text: string): Promise<void> {
  const known = await readFile(file, 'utf8').catch(() => '');
  await appendFile(file, `${known === '' ? HEAD : ''}\n## ${title}\n\n${text}\n`);
}
