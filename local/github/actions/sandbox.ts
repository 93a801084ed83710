import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { WorkflowError } from './errors.ts';
import type { Command } from './process.ts';
import { signalGroup } from './process.ts';

/** Where a job's processes live: without a network, and gone when the job has ended. */
export interface Sandbox {
  /** What the job's log says about it. */
  description: string;
  /** Added to the environment of every process. */
  env: Readonly<Record<string, string>>;
  /** The same command, run inside. */
  wrap(command: Command): Command;
  /** Ends everything that still runs inside. */
  close(): Promise<void>;
}

/**
 * From the best to the least that a machine may allow. A user namespace makes the steps "root" over nothing but their own
 * namespaces, for an ordinary user and for root alike; the process namespace takes with it whatever a step has left behind.
 */
const NAMESPACES = [
  ['--user', '--map-root-user', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
  ['--user', '--map-root-user', '--net', '--mount', '--pid', '--fork', '--kill-child'],
  ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
] as const;
type Namespaces = (typeof NAMESPACES)[number];

/** A new network namespace starts with its loopback down; any of these three brings it up. */
const LOOPBACK_UP = [
  'ip link set lo up',
  `perl -MSocket -e 'socket(S, PF_INET, SOCK_DGRAM, 0) && ioctl(S, 0x8914, pack("a16 s x14", "lo", 0x41)) or exit 1'`,
  `python3 -c 'import fcntl, socket, struct; fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14x", b"lo", 0x41))'`,
]
  .map((command) => `{ ${command}; } 2>/dev/null`)
  .join(' || ');

/** It says that it is ready and lives until its input ends: so it also ends when this process does, however that happens. */
const HOLDER = `{ ${LOOPBACK_UP}; } && echo ready && exec cat`;

/** Both are part of util-linux. */
const NAMESPACE_PROGRAMS = { open: 'unshare', enter: 'nsenter' } as const;

const CLOSED_PORT = 'http://127.0.0.1:9';
const OFFLINE_ENV = Object.fromEntries(
  ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].map((name) => [name, CLOSED_PORT]),
);

let best: Promise<Namespaces | null> | undefined;

export async function openSandbox(): Promise<Sandbox> {
  best ??= findBest();
  const namespaces = await best;
  if (namespaces === null) return withoutNamespaces();
  const sandbox = await openNamespaces(namespaces);
  if (!sandbox) throw new WorkflowError('no network namespace could be opened for this job');
  return sandbox;
}

async function findBest(): Promise<Namespaces | null> {
  if (process.platform !== 'linux') return null;
  for (const namespaces of NAMESPACES) {
    const sandbox = await openNamespaces(namespaces);
    await sandbox?.close();
    if (sandbox) return namespaces;
  }
  return null;
}

async function openNamespaces(namespaces: Namespaces): Promise<Sandbox | null> {
  const holder = spawn(NAMESPACE_PROGRAMS.open, [...namespaces, 'sh', '-c', HOLDER], {
    detached: true,
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  holder.stdin.on('error', () => {});
  const exited = new Promise<void>((resolve) => {
    holder.once('exit', () => resolve());
    holder.once('error', () => resolve());
  });
  const isReady = await Promise.race([once(holder.stdout, 'data').then(() => true), exited.then(() => false)]);
  if (!isReady || holder.pid === undefined) return null;
  const of = `/proc/${holder.pid}/ns`;
  const inUserNamespace = namespaces[0] === '--user';
  const enter = [
    ...(inUserNamespace ? [`--user=${of}/user`, '--preserve-credentials'] : []),
    `--net=${of}/net`,
    `--mount=${of}/mnt`,
    `--pid=${of}/pid_for_children`,
  ];
  return {
    description: 'Steps run without a network: they have a loopback of their own and nothing else.',
    env: {},
    wrap: ({ file, args, cwd, env }) => ({
      file: NAMESPACE_PROGRAMS.enter,
      // Entering another mount namespace leaves the working directory behind.
      args: [...enter, 'sh', '-c', 'cd "$1" && shift && exec "$@"', 'sh', cwd, file, ...args],
      cwd: '/',
      env,
    }),
    async close() {
      signalGroup(holder, 'SIGKILL');
      await exited;
    },
  };
}

function withoutNamespaces(): Sandbox {
  return {
    description:
      'This machine allows no network namespaces: package managers are offline and proxies lead nowhere, but a step could still open a connection.',
    env: OFFLINE_ENV,
    wrap: (command) => command,
    close: async () => {},
  };
}
