import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stateDir } from '../paths.ts';

/** One part of the stack. Ids of processes are null when it does not run, or is not ours (an external database or Temporal). */
export interface StackComponent {
  readonly name: string;
  /** By what they are for; `main` is the component's own address. */
  readonly urls: Readonly<Record<string, string>>;
  readonly ports: Readonly<Record<string, number>>;
  readonly pid: number | null;
  /** What tells the process from a later one with the same pid. */
  readonly startedAt: string | null;
  readonly logFile: string | null;
}

/** `.local/stack.json`: where everything is, for scripts. Holds no secret. Stays after a stop, with what was. */
export interface StackFile {
  readonly state: 'starting' | 'running' | 'stopping' | 'stopped';
  readonly issuer: string;
  readonly audience: string;
  readonly components: readonly StackComponent[];
}

const stackFilePath = join(stateDir, 'stack.json');

/** The stack's description, or undefined when it has never been started (or its state was removed). */
export function readStackFile(path: string = stackFilePath): StackFile | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as StackFile;
  } catch {
    return undefined;
  }
}

/** At once and as a whole: a supervisor that is killed the moment after must leave a record of what it started. */
export function writeStackFile(stack: StackFile, path: string = stackFilePath): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${process.pid}.new`;
  writeFileSync(fresh, `${JSON.stringify(stack, undefined, 2)}\n`);
  renameSync(fresh, path);
}

/** An address of a component. @throws when the stack has no such component or address. */
export function urlOf(stack: StackFile, component: string, purpose = 'main'): string {
  const url = stack.components.find(({ name }) => name === component)?.urls[purpose];
  if (url === undefined) throw new Error(`The stack has no ${component} (${purpose}).`);
  return url;
}
