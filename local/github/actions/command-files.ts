import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkflowError } from './errors.ts';

/** The files through which a step sets things for those that follow: variable → path. */
export type CommandFiles = Readonly<Record<(typeof NAMES)[number], string>>;

export interface StepCommands {
  env: Readonly<Record<string, string>>;
  outputs: Readonly<Record<string, string>>;
  /** In the order in which they were added. */
  path: readonly string[];
}

const NAMES = ['GITHUB_ENV', 'GITHUB_OUTPUT', 'GITHUB_PATH', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'] as const;
const LONGEST_FILE_BYTES = 1024 * 1024;

export async function createCommandFiles(folder: string): Promise<CommandFiles> {
  const id = randomUUID();
  const fileFor = (name: (typeof NAMES)[number]): string => join(folder, `${name.slice(7).toLowerCase()}-${id}`);
  const files = {
    GITHUB_ENV: fileFor('GITHUB_ENV'),
    GITHUB_OUTPUT: fileFor('GITHUB_OUTPUT'),
    GITHUB_PATH: fileFor('GITHUB_PATH'),
    GITHUB_STATE: fileFor('GITHUB_STATE'),
    GITHUB_STEP_SUMMARY: fileFor('GITHUB_STEP_SUMMARY'),
  };
  await Promise.all(Object.values(files).map((file) => writeFile(file, '', { flag: 'wx' })));
  return files;
}

/** Throws a WorkflowError that names the file and the line which cannot be read. */
export async function readCommandFiles(files: CommandFiles): Promise<StepCommands> {
  const [env, outputs, path] = await Promise.all([
    readSmallFile(files.GITHUB_ENV, 'GITHUB_ENV'),
    readSmallFile(files.GITHUB_OUTPUT, 'GITHUB_OUTPUT'),
    readSmallFile(files.GITHUB_PATH, 'GITHUB_PATH'),
  ]);
  return {
    env: readAssignments(env, 'GITHUB_ENV'),
    outputs: readAssignments(outputs, 'GITHUB_OUTPUT'),
    path: path.split(/\r?\n/).filter((line) => line !== ''),
  };
}

/** Reads `name=value` and `name<<END … END`. */
function readAssignments(text: string, file: string): Record<string, string> {
  const assignments = new Map<string, string>();
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line === '') continue;
    const [, name = '', sign, rest = ''] = /^([^=<]+)(=|<<)(.*)$/.exec(line) ?? [];
    if (sign === undefined)
      throw new WorkflowError(`${file}: "${line.slice(0, 100)}" is neither name=value nor name<<END`);
    if (sign === '=') {
      assignments.set(name, rest);
      continue;
    }
    const end = lines.indexOf(rest, at + 1);
    if (rest === '' || end === -1) throw new WorkflowError(`${file}: the value of ${name.slice(0, 100)} has no end`);
    assignments.set(name, lines.slice(at + 1, end).join('\n'));
    at = end;
  }
  return Object.fromEntries(assignments);
}

/** A step may have put anything in the file's place: a link, a pipe, a huge file. */
async function readSmallFile(path: string, name: string): Promise<string> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => null);
  if (!handle) return '';
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return '';
    if (stats.size > LONGEST_FILE_BYTES) throw new WorkflowError(`${name} is larger than 1 MiB`);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(stats.size), 0, stats.size, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
