import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Pool } from 'pg';
import { checkoutDir } from '../../local/paths.ts';

const run = promisify(execFile);

/** What the numbers were made with; a comparison across other versions means little. */
export async function versions(postgresUrl: string, temporalCli: string): Promise<string> {
  const pool = new Pool({ connectionString: postgresUrl, max: 1 });
  const { rows } = await pool.query<{ server_version: string }>('show server_version');
  await pool.end();
  const cli = (await run(temporalCli, ['--version'])).stdout.trim().replace(/^temporal version /, '');
  const { dependencies } = JSON.parse(await readFile(join(checkoutDir, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const sdk = dependencies['@temporalio/client'] ?? '';
  const postgres = rows[0]?.server_version ?? '';
  return `node ${process.versions.node}, postgres ${postgres}, temporal CLI ${cli}, SDK ${sdk}`;
}

export function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} cores (${(cpus()[0]?.model ?? 'unknown').trim()}), ${memory} GiB`;
}

/** The load of the last minute: above the number of cores somebody else was working too, and only ratios mean something. */
export function load(): string {
  return (loadavg()[0] ?? 0).toFixed(2);
}
