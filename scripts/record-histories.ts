// `node --import tsx scripts/record-histories.ts [names]`: plays every story of test/support/temporal-stories.ts on a real
// dev server and keeps its history in test/replay. Record anew only with a change that old workflows survive (patched); see DESIGN W5.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { format, resolveConfig } from 'prettier';
import { checkoutDir } from '../local/paths.ts';
import { ensureTemporalCli } from '../local/temporal/cli.ts';
import { startDevTemporal } from '../test/support/temporal-dev.ts';
import { stories } from '../test/support/temporal-stories.ts';
import { stubActivities } from '../test/support/temporal-stubs.ts';

const wanted = process.argv.slice(2);
const dir = join(checkoutDir, 'test', 'replay');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

process.env['TENON_TEST_TEMPORAL_CLI'] ??= await ensureTemporalCli(say);
const temporal = await startDevTemporal();
try {
  const stubs = stubActivities();
  await temporal.work(stubs.activities);
  await mkdir(dir, { recursive: true });
  for (const story of stories) {
    const { name } = story;
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const handle = await story.play({ client: temporal.client, stubs });
    const history: unknown = JSON.parse(historyToJSON(await handle.fetchHistory()));
    const file = join(dir, `${name}.json`);
    const style = await resolveConfig(file);
    await writeFile(file, await format(JSON.stringify(scrub(history)), { ...style, filepath: file }));
    say(`recorded ${name}`);
  }
} finally {
  await temporal.stop();
}

/** A recording names no machine and no path: who did it, and stacks, play no part in a replay. */
function scrub(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => scrub(one));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, scrub(inner, name)]));
  }
  if (key === 'identity') return 'tenon-worker';
  if (key === 'stackTrace') return '';
  if (key === 'name' && typeof value === 'string' && value.includes('@')) return 'tenon-worker-sticky';
  return value;
}
