import type { Logger } from '../../core/logger.ts';
import type { UnitOfWork, UnitsOfWork } from '../../core/unit-of-work.ts';
import type { GithubEvent } from '../../domain/github/events.ts';
import { anonymous, systemActor, type SystemActor } from '../../domain/identity/actor.ts';
import { recordPush } from '../workspaces/pushes.ts';
import { recordRepositoryTold } from '../workspaces/repository-looks.ts';
import {
  findRunOf,
  findWorkspaceOf,
  recordDelivery,
  tellRunFinished,
  type Delivery,
  type DeliveryOutcome,
} from '../workspaces/webhook-deliveries.ts';
import { recordInstallation } from './installations.ts';

export interface TakeParts {
  readonly units: UnitsOfWork;
  readonly log: Logger;
  /** How long a run's workflow waits for a webhook. */
  readonly graceMs: number;
}

/** A delivery as it came, to the endpoint or from GitHub's log of deliveries. */
export interface Taken extends Pick<Delivery, 'deliveryId' | 'event' | 'action' | 'recovered'> {
  /** Null for what concerns us not. */
  readonly told: GithubEvent | null;
}

type Target = { readonly id: string; readonly orgId: string };

/**
 * Does what a delivery causes, once, whoever brings it and however often. Opens its units of work itself, because whose it is
 * has to be found out before a tenant is set: the delivery and its effect are then one commit.
 */
export async function takeDelivery(parts: TakeParts, taken: Taken): Promise<DeliveryOutcome> {
  const { told } = taken;
  const { units, log } = parts;
  const delivery: Delivery = {
    deliveryId: taken.deliveryId,
    event: taken.event,
    action: taken.action,
    recovered: taken.recovered,
    repoId: told && 'repoId' in told ? told.repoId : null,
    githubRunId: told?.kind === 'run_completed' ? told.githubRunId : null,
  };
  switch (told?.kind) {
    case undefined:
      return once(units, delivery, 'ignored');
    case 'installation':
      return units.write(anonymous, async (uow) => {
        if (!(await recordDelivery(uow, delivery, 'recorded'))) return 'repeated';
        await recordInstallation(uow, told, log);
        return 'recorded';
      });
    case 'run_completed': {
      const { repoId: _repoId, kind: _kind, ...finished } = told;
      return forOurs(units, delivery, {
        find: (uow) => findRunOf(uow, delivery),
        unknown: 'unknown_run',
        known: 'signalled',
        effect: (uow, { id }) => tellRunFinished(uow, id, finished, parts.graceMs),
      });
    }
    case 'pushed':
      return forOurs(units, delivery, {
        find: (uow) => findWorkspaceOf(uow, delivery),
        unknown: 'unknown_repository',
        known: 'recorded',
        effect: (uow, { id }) => recordPush(uow, id, { ...told, deliveryId: taken.deliveryId }),
      });
    case 'repository':
      return forOurs(units, delivery, {
        find: (uow) => findWorkspaceOf(uow, delivery),
        unknown: 'unknown_repository',
        known: 'recorded',
        effect: (uow, { id }) => recordRepositoryTold(uow, id, told, log),
      });
  }
}

interface Ours {
  readonly find: (uow: UnitOfWork) => Promise<Target | null>;
  readonly unknown: 'unknown_run' | 'unknown_repository';
  readonly known: 'signalled' | 'recorded';
  readonly effect: (uow: UnitOfWork<SystemActor>, target: Target) => Promise<void>;
}

/** One unit of work in the organisation whose it is: the delivery and its effect, or neither. */
async function forOurs(
  units: UnitsOfWork,
  delivery: Delivery,
  { find, unknown, known, effect }: Ours,
): Promise<DeliveryOutcome> {
  const look = (): Promise<Target | null> => units.read(anonymous, find);
  let target = await look();
  if (!target) {
    const outcome = await once(units, delivery, unknown);
    target = await look(); // whoever has made it known meanwhile may have looked for deliveries before ours was there
    if (!target) return outcome; // told again later, it may be known
  }
  const ours = target;
  return units.write(systemActor(ours.orgId, 'github-webhook'), async (uow) => {
    if (!(await recordDelivery(uow, delivery, known))) return 'repeated';
    await effect(uow, ours);
    return known;
  });
}

/** What has no effect is stored too: a delivery that is not there never reached us. */
async function once(
  units: UnitsOfWork,
  delivery: Delivery,
  outcome: 'ignored' | 'unknown_run' | 'unknown_repository',
): Promise<DeliveryOutcome> {
  const isNew = await units.write(anonymous, (uow) => recordDelivery(uow, delivery, outcome));
  return isNew ? outcome : 'repeated';
}
