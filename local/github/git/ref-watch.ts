import type { Base } from '../base.ts';
import type { Repository } from '../state.ts';
import { pushEvent } from '../webhooks/payloads.ts';
import type { RefChange } from '../webhooks/payloads.ts';
import type { Webhooks } from '../webhooks/webhooks.ts';
import { listRefs, zeroSha } from './revisions.ts';

/** Finds out which refs a push or an API call moved, and tells the webhooks. */
export interface RefWatch {
  /** Call before anything moves refs, so that there is something to compare with. */
  remember(repository: Repository): Promise<void>;
  /** Call after: emits `push` for each moved ref and notes the time of the push. */
  report(repository: Repository, pusherId: number): Promise<void>;
  forget(repository: Repository): void;
}

type Refs = Map<string, string>;

export function createRefWatch(base: Base, webhooks: Webhooks): RefWatch {
  const known = new Map<number, Refs>();
  const turns = new Map<number, Promise<void>>();

  async function read(repository: Repository): Promise<Refs> {
    const refs = await listRefs(base.bareDir(repository));
    return new Map(refs.map(({ ref, sha }) => [ref, sha]));
  }

  /** One at a time per repository: two comparisons with the same past would report a push twice. */
  function inTurn(repository: Repository, work: () => Promise<void>): Promise<void> {
    const turn = (turns.get(repository.id) ?? Promise.resolve()).then(work);
    const settled = turn.catch(() => undefined);
    turns.set(repository.id, settled);
    void settled.then(() => {
      if (turns.get(repository.id) === settled) turns.delete(repository.id);
    });
    return turn;
  }

  return {
    remember: (repository) =>
      inTurn(repository, async () => {
        if (!known.has(repository.id)) known.set(repository.id, await read(repository));
      }),
    report: (repository, pusherId) =>
      inTurn(repository, async () => {
        const before = known.get(repository.id) ?? new Map<string, string>();
        const after = await read(repository);
        known.set(repository.id, after);
        const names = new Set([...before.keys(), ...after.keys()]);
        const changes: RefChange[] = [...names]
          .map((ref) => ({ ref, before: before.get(ref) ?? zeroSha, after: after.get(ref) ?? zeroSha }))
          .filter((change) => change.before !== change.after);
        if (changes.length === 0) return;
        repository.pushedAt = new Date().toISOString();
        repository.updatedAt = repository.pushedAt;
        await base.store.commit();
        for (const change of changes) webhooks.emit(await pushEvent(base, repository, change, pusherId));
      }),
    forget(repository) {
      known.delete(repository.id);
    },
  };
}
