import fs from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import type { Base } from './base.ts';
import type { RunRecord } from './state.ts';

function logFile(base: Base, runId: number, jobId: number): string {
  return path.join(base.dir, 'logs', String(runId), `${jobId}.txt`);
}

export async function keepLog(base: Base, runId: number, jobId: number, text: string): Promise<void> {
  const file = logFile(base, runId, jobId);
  await fs.mkdir(path.dirname(file), { recursive: true });
  await fs.writeFile(file, text);
}

export async function readLog(base: Base, runId: number, jobId: number): Promise<string> {
  return fs.readFile(logFile(base, runId, jobId), 'utf8').catch(() => '');
}

export async function removeLogs(base: Base, runId: number): Promise<void> {
  await fs.rm(path.join(base.dir, 'logs', String(runId)), { recursive: true, force: true });
}

/** All logs of a run, one file per job, as GitHub packs them. */
export async function zipLogs(base: Base, run: RunRecord): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [index, job] of run.jobs.entries()) {
    const name = job.name.replaceAll(/[^\w .()-]/g, '_');
    zip.addBuffer(Buffer.from(await readLog(base, run.id, job.id)), `${index}_${name}.txt`);
  }
  zip.end();
  return buffer(zip.outputStream);
}
