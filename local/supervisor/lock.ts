import { linkSync, mkdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTimeOf } from '../processes.ts';

interface Holder {
  readonly pid: number;
  readonly startedAt: string;
}

/** The pid of the supervisor that owns this state, or undefined when none lives. */
export function lockHolder(dir: string): number | undefined {
  const holder = readHolder(lockPath(dir));
  return holder && startTimeOf(holder.pid) === holder.startedAt ? holder.pid : undefined;
}

/** Makes this process the only supervisor of the state in `dir`; returns false when another one lives. */
export function takeLock(dir: string): boolean {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const mine = `${lockPath(dir)}.${process.pid}`;
  writeFileSync(mine, JSON.stringify({ pid: process.pid, startedAt: startTimeOf(process.pid) ?? '' }));
  try {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      if (tryLink(mine, lockPath(dir))) return true;
      if (lockHolder(dir) !== undefined) return false;
      rmSync(lockPath(dir), { force: true }); // its holder was killed
    }
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Gives the state free again. */
export function releaseLock(dir: string): void {
  if (lockHolder(dir) === process.pid) unlinkSync(lockPath(dir));
}

function lockPath(dir: string): string {
  return join(dir, 'supervisor.lock');
}

/** A link appears whole or not at all, and fails when the name is taken. */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch {
    return false;
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}
