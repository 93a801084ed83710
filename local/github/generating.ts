import { accountById } from './accounts.ts';
import type { Base } from './base.ts';
import type { RefWatch } from './git/ref-watch.ts';
import { fillFromTemplate } from './repositories.ts';
import type { Repository } from './state.ts';

/** Fills generated repositories, at once or (as on GitHub, where it takes seconds) later. */
export interface Generating {
  /** Resolves when the content is there, or at once when it will come later. */
  fill(repository: Repository): Promise<void>;
  /** `delayMs` -1: only when released. `workflowsMs`: how much later workflows become known. */
  setDelay(delayMs: number, workflowsMs: number): void;
  release(): Promise<number>;
  /** Takes up what a former process left empty. */
  recover(): Promise<void>;
  close(): Promise<void>;
}

export function createGenerating(base: Base, refs: RefWatch): Generating {
  let delay = { delayMs: 0, workflowsMs: 0 };
  const later = new Map<number, { repository: Repository; timer: NodeJS.Timeout | undefined }>();
  const filling = new Set<Promise<void>>();

  async function fillNow(repository: Repository): Promise<void> {
    const author = accountById(base.store.state, repository.createdBy);
    if (!author || !base.store.state.repositories.includes(repository)) return;
    await fillFromTemplate(base, repository, author);
    if (delay.workflowsMs > 0) {
      repository.workflowsKnownAt = new Date(Date.now() + delay.workflowsMs).toISOString();
    }
    await refs.remember(repository);
    await base.store.commit();
  }

  function fillInBackground(repository: Repository): void {
    const work = fillNow(repository)
      .catch((error: unknown) => base.log('a repository could not be filled', { error: String(error) }))
      .finally(() => filling.delete(work));
    filling.add(work);
  }

  async function release(): Promise<number> {
    const waiting = [...later.values()];
    later.clear();
    for (const { repository, timer } of waiting) {
      clearTimeout(timer);
      await fillNow(repository);
    }
    return waiting.length;
  }

  return {
    async fill(repository) {
      if (delay.delayMs === 0) return fillNow(repository);
      const timer =
        delay.delayMs < 0
          ? undefined
          : setTimeout(() => {
              later.delete(repository.id);
              fillInBackground(repository);
            }, delay.delayMs);
      later.set(repository.id, { repository, timer });
    },
    setDelay(delayMs, workflowsMs) {
      delay = { delayMs, workflowsMs };
    },
    release,
    async recover() {
      for (const repository of base.store.state.repositories) {
        if (repository.content === 'generating') await fillNow(repository);
      }
    },
    async close() {
      for (const { timer } of later.values()) clearTimeout(timer);
      later.clear();
      await Promise.all(filling);
    },
  };
}
