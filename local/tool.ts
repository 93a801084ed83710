import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { stopTree } from './processes.ts';

export interface ToolOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  /** Called with each line that the tool prints, from either stream. */
  readonly onLine?: (line: string) => void;
}

/** Runs a tool to its end. @throws with its last lines when it fails or takes longer than allowed; nothing of it then runs. */
export async function runTool(file: string, args: readonly string[], options: ToolOptions): Promise<void> {
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const last: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      last.push(line);
      if (last.length > 15) last.shift();
      options.onLine?.(line);
    });
  }
  const closed = once(child, 'close') as Promise<[number | null]>; // rejects when the tool cannot be started
  const stop = (): void => void (child.pid !== undefined && stopTree(child.pid, { graceMs: 2_000 }));
  const onSignal = (signal: NodeJS.Signals): void => {
    stop();
    process.exitCode = signal === 'SIGINT' ? 130 : 143;
  };
  const limit = setTimeout(stop, options.timeoutMs);
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    const [code] = await closed;
    if (code !== 0) throw new Error(`${file} ${args.join(' ')} failed:\n${last.join('\n')}`);
  } finally {
    clearTimeout(limit);
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
