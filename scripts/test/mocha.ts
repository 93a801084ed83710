import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { checkoutDir } from '../../local/paths.ts';
import { stopTree } from '../../local/processes.ts';

export interface MochaRun {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** File for what it writes; our own output if not given. */
  readonly log?: string;
  /** Ends it, with everything that it has started. */
  readonly stop: AbortSignal;
}

/** Runs mocha with our hooks in a process of its own. @returns its exit code, 1 when it was ended by a signal */
export async function runMocha({ args, env, log, stop }: MochaRun): Promise<number> {
  const mocha = join(checkoutDir, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const hooks = join(checkoutDir, 'scripts', 'test-hooks.ts');
  const file = log === undefined ? undefined : await open(log, 'a');
  try {
    if (stop.aborted) return 1;
    const child = spawn(process.execPath, [mocha, '--require', hooks, ...args], {
      cwd: checkoutDir,
      env,
      stdio: file ? ['ignore', file.fd, file.fd] : 'inherit', // a file, not a pipe: whoever survives cannot keep us waiting
      detached: true, // its own group: a signal reaches us first, and we stop all of it
    });
    const ended = once(child, 'exit') as Promise<[number | null]>;
    const { pid } = child;
    if (pid === undefined) return await ended.then(() => 1); // rejects with why it could not be started
    let stopped: Promise<unknown> | undefined;
    // No more: mocha does not pass a signal on to the process that runs the tests.
    const end = (): void => void (stopped = stopTree(pid, { graceMs: 500 }));
    stop.addEventListener('abort', end, { once: true });
    try {
      const [code] = await ended;
      return code ?? 1;
    } finally {
      stop.removeEventListener('abort', end);
      await stopped;
    }
  } finally {
    await file?.close();
  }
}
