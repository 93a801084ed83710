import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { firstIds } from './state.ts';
import type { IdKind, State } from './state.ts';

/** The state in memory and its file. `commit` resolves when a file holding at least the present state is in place. */
export interface Store {
  readonly state: State;
  nextId(kind: IdKind): number;
  commit(): Promise<void>;
}

function emptyState(): State {
  return {
    version: 1,
    lastIds: { ...firstIds },
    downloadKey: randomBytes(32).toString('hex'),
    orgAdminIds: [],
    accounts: [],
    repositories: [],
    invitations: [],
    workflows: [],
    runs: [],
    artifacts: [],
    hooks: [],
    apps: [],
    installationTokens: [],
  };
}

async function readState(file: string): Promise<State> {
  try {
    const kept = JSON.parse(await fs.readFile(file, 'utf8')) as Partial<State>;
    return { ...emptyState(), ...kept }; // what an older one did not know is empty
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return emptyState();
    throw new Error(`The local GitHub cannot read its state ${file}`, { cause: error });
  }
}

/** Opens `<dir>/state.json`. Writes are atomic (rename) and serialised; callers that come during a write share the next one. */
export async function openStore(dir: string): Promise<Store> {
  const file = path.join(dir, 'state.json');
  const state = await readState(file);
  let writing: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;

  async function write(): Promise<void> {
    next = null;
    const text = JSON.stringify(state);
    await fs.writeFile(`${file}.new`, text, { mode: 0o600 });
    await fs.rename(`${file}.new`, file);
  }

  return {
    state,
    nextId(kind) {
      state.lastIds[kind] = (state.lastIds[kind] ?? firstIds[kind]) + 1;
      return state.lastIds[kind];
    },
    commit() {
      if (!next) {
        next = writing.then(write);
        writing = next.catch(() => undefined); // the caller sees the failure; the next write starts anew
      }
      return next;
    },
  };
}
