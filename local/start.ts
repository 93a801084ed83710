// `npm start [-- --once | --no-demo]`: the whole stack, one candidate's five days, and then it stays up until Ctrl-C.
import { parseArgs } from 'node:util';
import { overviewOf } from './overview.ts';
import { stateDir } from './paths.ts';
import { play } from './play.ts';
import { findProgram } from './programs.ts';
import { lockHolder, releaseLock, takeLock } from './supervisor/lock.ts';
import { readStackFile } from './supervisor/stack-file.ts';
import { Stack } from './stack.ts';

const SECOND_SIGNAL_MS = 500; // npm passes a Ctrl-C on that the terminal has already delivered to us

interface Options {
  readonly once: boolean;
  readonly demo: boolean;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
process.stdout.on('error', () => undefined); // the terminal is gone: stopping goes on
process.stderr.on('error', () => undefined);
process.exit(await main(readOptions()));

function readOptions(): Options {
  try {
    const { values } = parseArgs({ options: { once: { type: 'boolean' }, 'no-demo': { type: 'boolean' } } });
    return { once: values.once === true, demo: values['no-demo'] !== true };
  } catch {
    say('usage: npm start [-- --once | --no-demo]');
    process.exit(2);
  }
}

async function main(options: Options): Promise<number> {
  if (findProgram('git') === undefined) return fail('Tenon needs git: install it and put it on PATH.');
  if (!takeLock(stateDir)) {
    const stack = readStackFile();
    if (stack) say(overviewOf(stack));
    return fail(`The stack already runs (process ${lockHolder(stateDir) ?? 'unknown'}), see above.`);
  }
  const stack = new Stack(say);
  const interrupted = stopOnSignals(stack);
  try {
    return await Promise.race([run(stack, options), interrupted]);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  } finally {
    say('Stopping …');
    await stack.stop();
    releaseLock(stateDir);
    say('Stopped; nothing is left running.');
  }
}

/** Resolves with the exit code when there is nothing more to do. */
async function run(stack: Stack, { once, demo }: Options): Promise<number> {
  const file = await stack.start();
  const failed = stack.failure.then((failure) => {
    throw failure;
  });
  if (demo) await Promise.race([play(file, say), failed]);
  if (once) return 0;
  say(overviewOf(file));
  return failed;
}

/** Stops at the first signal or unexpected error, kills at the second signal; resolves with the exit code. */
function stopOnSignals(stack: Stack): Promise<number> {
  let firstAt: number | undefined;
  return new Promise((resolve) => {
    const onSignal = (): void => {
      const hurry = firstAt !== undefined && Date.now() - firstAt > SECOND_SIGNAL_MS;
      firstAt ??= Date.now();
      stack.stop({ hurry }).catch(() => undefined); // awaited, and reported, by main
      resolve(0);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
    for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
      process.on(event, (error: unknown) => resolve(fail(String(error instanceof Error ? error.stack : error))));
    }
  });
}

function fail(sentence: string): number {
  process.stderr.write(`${sentence}\n`);
  return 1;
}
