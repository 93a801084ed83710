import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { treeOf } from './processes.ts';

const LISTEN = '0A';

/**
 * True when the process, or one that it started, listens on the port. An answer from a port says little by itself:
 * it may come from somebody who took it first. Undefined where the system does not tell (not Linux).
 */
export function listensOn(pid: number, port: number): boolean | undefined {
  const sockets = listeningSockets(port);
  return sockets && treeOf(pid).some((entry) => socketsOf(entry.pid).some((socket) => sockets.has(socket)));
}

/** Names of the sockets that listen on a port, on any address. */
function listeningSockets(port: number): Set<string> | undefined {
  const found = new Set<string>();
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  try {
    for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
      for (const line of readFileSync(table, 'utf8').split('\n')) {
        const [, address, , state, , , , , , inode] = line.trim().split(/\s+/);
        if (state === LISTEN && address?.endsWith(wanted)) found.add(`socket:[${inode}]`);
      }
    }
  } catch {
    return undefined;
  }
  return found;
}

function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`));
  } catch {
    return []; // it ended meanwhile
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // closed meanwhile
  }
}
