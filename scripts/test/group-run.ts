import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { findLeftovers } from '../../local/leftovers.ts';
import { makeRunFolder } from '../../test/support/run-folder.ts';
import { runMocha } from './mocha.ts';
import { told, type Told } from './told.ts';

const TOOL_CACHES = /^(tsx-\d*|node-compile-cache)$/;

export interface GroupRun {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** The run's folder. */
  readonly within: string;
  /** The run's mark; the group's begins with it. */
  readonly mark: string;
  /** Whether its output goes straight to ours. */
  readonly live: boolean;
  readonly stop: AbortSignal;
}

export interface GroupEnd extends Told {
  readonly name: string;
  readonly passed: boolean;
  readonly output: string;
  /** A line for each process and file that it should have removed. */
  readonly left: readonly string[];
  readonly tookMs: number;
}

/** Runs a group with a folder for temporary files of its own, and looks at what it left behind there and elsewhere. */
export async function runGroup({ name, args, env, within, mark, live, stop }: GroupRun): Promise<GroupEnd> {
  const startedAt = performance.now();
  const dir = await makeRunFolder('t-', within);
  const own = `${mark}.${randomUUID()}`;
  const log = `${dir}.log`;
  const code = await runMocha({
    args,
    env: { ...env, TMPDIR: dir, TENON_TEST_RUN: own },
    ...(!live && { log }),
    stop,
  });
  const left = leftIn(await findLeftovers({ dir, text: own, ignore: TOOL_CACHES }));
  const output = live ? '' : await readFile(log, 'utf8');
  const said = told(output);
  await rm(dir, { recursive: true, force: true });
  await rm(log, { force: true });
  const passed = code === 0 && left.length === 0 && (live || said.counts?.failing === 0);
  return { ...said, name, passed, output, left, tookMs: performance.now() - startedAt };
}

/** A line for each. */
export function leftIn({ processes, files }: Awaited<ReturnType<typeof findLeftovers>>): string[] {
  return [
    ...processes.map(({ pid, command }) => `left behind: process ${pid}: ${command}`),
    ...files.map((file) => `left behind: ${file} in the folder for temporary files`),
  ];
}
