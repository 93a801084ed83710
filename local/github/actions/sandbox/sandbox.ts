import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess } from '../process.ts';
import type { Command } from '../process.ts';
import { findSurroundings } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';

/** Where the steps of a job live: without a network, without the user's files, and gone when each of them has ended. */
export interface Sandbox {
  /** What the job's log says about it. */
  description: string;
  /** Added to the environment of every process. */
  env: Readonly<Record<string, string>>;
  /** Folders with programs that can be found nowhere else on the search path. */
  path: readonly string[];
  /** The same command, run inside. Whatever it leaves running ends with it. */
  wrap(command: Command): Command;
}

/** The folders that a sandbox needs in the place of a job, which has to be free of symbolic links. */
interface SandboxPlace {
  /** No step can write here: only to the two folders in it that follow. */
  place: string;
  /** Also folders of ours that steps shall not see. */
  hidden: readonly string[];
}

/** The job's own folder, at the same path inside and outside. */
export function filesOf(place: string): string {
  return join(place, 'files');
}

interface Level {
  mode: 'files' | 'network';
  namespaces: readonly string[];
}

/** What a machine allows, and whether its steps have a list of processes of their own. */
type Allowed = Level & { seesProcesses: boolean };

/** A user namespace makes the steps "root" over nothing but their own namespaces, for an ordinary user and for root alike. */
const NAMESPACES = ['--net', '--mount', '--pid', '--fork', '--kill-child'];
const USER = ['--user', '--map-root-user'];
/** From the best to the least that a machine may allow. */
const LEVELS: readonly Level[] = [
  { mode: 'files', namespaces: [...USER, ...NAMESPACES] },
  { mode: 'files', namespaces: NAMESPACES },
  { mode: 'network', namespaces: [...USER, ...NAMESPACES] },
  { mode: 'network', namespaces: NAMESPACES },
];

const DESCRIPTIONS = {
  files:
    'Steps run without a network and see the programs of the system, read-only, and the folder of their job. Nothing else is there.',
  network:
    'This machine refuses steps a view of files of their own: they have no network, but could read and change what this user can.',
  none: 'This machine allows no network namespaces: package managers are offline and proxies lead nowhere, but a step could still open a connection, and read and change what this user can.',
  processes:
    ' This machine refuses them a /proc of their own, too: a step sees the processes of others, but not into them.',
} as const;

const SCRIPT = fileURLToPath(new URL('step.sh', import.meta.url));
const CLOSED_PORT = 'http://127.0.0.1:9';
const OFFLINE_ENV = Object.fromEntries(
  ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].map((name) => [name, CLOSED_PORT]),
);

/** By search path: which of the programs that it takes are there decides, too. */
const allowedBy = new Map<string, Promise<Allowed | null>>();

/** Makes the folders in `place`; nothing else has to be cleaned up. */
export async function openSandbox({ place, hidden }: SandboxPlace): Promise<Sandbox> {
  await makeFolders(place);
  const searchPath = process.env.PATH ?? '';
  const probing = allowedBy.get(searchPath) ?? findBest();
  allowedBy.set(searchPath, probing);
  const allowed = await probing;
  if (allowed === null)
    return { description: DESCRIPTIONS.none, env: OFFLINE_ENV, path: [], wrap: (command) => command };
  const surroundings = await findSurroundings(hidden);
  return {
    description: DESCRIPTIONS[allowed.mode] + (allowed.seesProcesses ? DESCRIPTIONS.processes : ''),
    env: {},
    path: surroundings.path,
    wrap: (command) => wrap(allowed, place, surroundings, command),
  };
}

async function findBest(): Promise<Allowed | null> {
  if (process.platform !== 'linux') return null;
  const place = await mkdtemp(join(tmpdir(), 'tenon-sandbox-'));
  try {
    await makeFolders(place);
    const surroundings = await findSurroundings([]);
    for (const level of LEVELS) {
      const seen = await tryOut(level, place, surroundings);
      if (seen !== null) return { ...level, seesProcesses: !seen.endsWith('own\n') };
    }
    return null;
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/** What a first command says, null when there is no such sandbox: in its own /proc a process has the number that it knows. */
async function tryOut(level: Level, place: string, surroundings: Surroundings): Promise<string | null> {
  const look = `"$0" -e 0 && read -r pid _ < /proc/self/stat && if [ "$pid" = "$$" ]; then echo own; else echo shared; fi`;
  const command = {
    file: 'sh',
    args: ['-c', look, process.execPath],
    cwd: filesOf(place),
    env: { PATH: process.env.PATH ?? '' },
  };
  let output = '';
  const signal = new AbortController().signal;
  const end = await runProcess(wrap(level, place, surroundings, command), signal, (text) => (output += text));
  return end.exitCode === 0 ? output : null;
}

/** No variable of the step reaches a program that runs outside of the sandbox: they go in through its input. */
function wrap({ mode, namespaces }: Level, place: string, { hidden, kept }: Surroundings, command: Command): Command {
  // Should this process be killed, then `setpriv` makes sure that the step goes with it.
  const lifeline = mode === 'files' ? ['--pdeathsig', 'KILL', 'unshare'] : [];
  const script = ['bash', SCRIPT, mode, place, ...hidden, '--', ...kept, '--'];
  return {
    file: mode === 'files' ? 'setpriv' : 'unshare',
    args: [...lifeline, ...namespaces, ...script, command.cwd, command.file, ...command.args],
    cwd: '/',
    env: { PATH: [process.env.PATH ?? '', '/usr/sbin', '/sbin'].join(delimiter) },
    input: Object.entries(command.env)
      .map(([name, value]) => `${name}=${value}\0`)
      .join(''),
  };
}

async function makeFolders(place: string): Promise<void> {
  for (const name of ['files', 'tmp', 'view']) await mkdir(join(place, name), { recursive: true });
}
