import { readdir, readFile } from 'node:fs/promises';

/** Every process of a job carries its own value of this variable, as on GitHub's runners. */
export const TRACKING_VARIABLE = 'RUNNER_TRACKING_ID';

/**
 * Ends every process that was started with this tracking id, in whatever group or session it hides. Where the machine has no
 * `/proc` it does nothing; the groups of the steps are ended all the same.
 */
export async function endLeftovers(trackingId: string): Promise<void> {
  const entries = await readdir('/proc').catch(() => []);
  const marker = `${TRACKING_VARIABLE}=${trackingId}\0`;
  const pids = entries.filter((entry) => /^\d+$/.test(entry)).map(Number);
  await Promise.all(pids.map((pid) => endIfMarked(pid, marker)));
}

async function endIfMarked(pid: number, marker: string): Promise<void> {
  try {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
    if (environment.includes(marker)) process.kill(pid, 'SIGKILL');
  } catch {
    // It belongs to somebody else, or has ended by itself.
  }
}
