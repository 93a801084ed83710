import type { Logger } from '../../core/logger.ts';
import { messageOf } from '../../core/errors.ts';
import type { Metrics } from '../../core/metrics.ts';
import type { UnitsOfWork } from '../../core/unit-of-work.ts';
import type { GithubBudget } from '../../domain/github/write-limits.ts';
import { anonymous, systemActor } from '../../domain/identity/actor.ts';
import { askForTurn, endTurn, pauseBudget, type TurnWanted } from '../../services/github/turns.ts';
import { notYet } from './parts.ts';

/** How what Tenon writes to GitHub stays within what GitHub allows: see docs/operations/github-budget.md. */
export interface GithubTurns {
  /**
   * Makes one content write when its turn has come. `tries` counts the turns that this key has been given, this one too: attempts of
   * the activity say nothing of that, because most of them only ask.
   * @throws {ApplicationFailure} GITHUB_CALL_NOT_SENT before anything was sent, to be asked again when the turn may have come
   */
  inTurn<T>(
    wanted: TurnWanted & { readonly orgId: string },
    write: (turn: { readonly tries: number }) => Promise<T>,
  ): Promise<T>;
  /** GitHub wants nothing more to be sent for so long. */
  pause(seconds: number): Promise<void>;
}

export interface TurnParts {
  readonly units: UnitsOfWork;
  readonly budget: GithubBudget;
  readonly metrics: Pick<Metrics, 'githubTurns' | 'githubTurnsWaiting' | 'githubPauses'>;
  readonly log: Logger;
}

const COMPONENT = 'github-budget';

export function githubTurns({ units, budget, metrics, log }: TurnParts): GithubTurns {
  const oneAtATime = inOrder(); // all wait for one row's lock: more of them would only hold more connections meanwhile
  return {
    async inTurn({ orgId, ...wanted }, write) {
      const actor = systemActor(orgId, COMPONENT);
      const asked = await oneAtATime(() => units.write(actor, (uow) => askForTurn(uow, budget, wanted)));
      const outcome = asked.granted ? 'granted' : asked.paused ? 'paused' : 'waits';
      metrics.githubTurns.inc({ priority: wanted.priority, outcome });
      metrics.githubTurnsWaiting.set(asked.waiting);
      if (!asked.granted) throw notYet('GITHUB_CALL_NOT_SENT', 'Its turn has not come', asked.delayMs);
      const { turnId, tries } = asked;
      try {
        return await write({ tries });
      } finally {
        // Without it the write counts as under way for a minute, which is only slower.
        await units
          .write(actor, (uow) => endTurn(uow, turnId))
          .catch((error: unknown) =>
            log.warn({ turnId, reason: messageOf(error) }, 'the end of a write was not noted'),
          );
      }
    },

    async pause(seconds) {
      metrics.githubPauses.inc();
      log.warn({ installation: budget.installation, seconds }, 'GitHub limits us: nothing is written for a while');
      await units.write(anonymous, (uow) => pauseBudget(uow, budget, seconds));
    },
  };
}

/** Each work begins when the one before has ended, however it ended. */
function inOrder(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next;
    return next;
  };
}
