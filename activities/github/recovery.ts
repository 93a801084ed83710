import type { DeliveryLog, LoggedDelivery } from '../../adapters/github/delivery-log.ts';
import { AppError } from '../../core/errors.ts';
import { actionOf, eventLabel, isRead, readGithubEvent } from '../../domain/github/events.ts';
import { anonymous } from '../../domain/identity/actor.ts';
import { loadScan, missedAmong, saveScan, type DeliveryScan } from '../../services/github/delivery-scan.ts';
import { takeDelivery } from '../../services/github/take-delivery.ts';
import { webhookGraceMs } from '../../services/workspaces/test-runs.ts';
import type { ReconciliationParts } from './parts.ts';

/**
 * What github.com keeps. Older ones are not asked for even where an Enterprise server keeps them longer: our own record of
 * deliveries is swept after a week, and what it no longer knows would be taken twice.
 */
const KEPT_MS = 3 * 86_400_000;

export interface Recovery {
  /** How many deliveries had an effect that they had not had before. */
  readonly recovered: number;
  /** Whether older ones are still to be looked through. */
  readonly more: boolean;
}

const nothing: Recovery = { recovered: 0, more: false };

/** Takes, from one page of GitHub's log of deliveries, those that never reached us or were not taken. */
export function recoveryActivity(parts: ReconciliationParts) {
  const { units, watch, metrics, settings, log } = parts;
  const graceMs = webhookGraceMs(settings.github);

  return {
    recoverDeliveries: async (): Promise<Recovery> => {
      if (settings.github.webhookSecret === undefined) return nothing; // webhooks are off
      const found = await watch.findDeliveryLog().catch(withoutRight);
      if (!found) return nothing;
      const scan = await units.read(anonymous, (uow) => loadScan(uow, found.hook));
      const page = await found.page(scan.cursor).catch((error: unknown) => staleCursor(error, scan));
      if (!page) {
        await units.write(anonymous, (uow) => saveScan(uow, found.hook, { ...scan, top: null, cursor: null }));
        return { recovered: 0, more: true };
      }
      const { deliveries, next } = page;
      const oldest = new Date(Date.now() - KEPT_MS);
      const fresh = deliveries.filter(({ id, deliveredAt }) => BigInt(id) > scan.knownThrough && deliveredAt > oldest);
      const recovered = await takeMissed(found, fresh);
      const more = fresh.length === deliveries.length && next !== null;
      const top = scan.top ?? BigInt(deliveries[0]?.id ?? scan.knownThrough);
      const reached: DeliveryScan = more
        ? { ...scan, top, cursor: next }
        : { knownThrough: top > scan.knownThrough ? top : scan.knownThrough, top: null, cursor: null };
      await units.write(anonymous, (uow) => saveScan(uow, found.hook, reached));
      return { recovered, more };
    },
  };

  /** Oldest first, as they were sent. */
  async function takeMissed(deliveryLog: DeliveryLog, listed: readonly LoggedDelivery[]): Promise<number> {
    const byGuid = new Map(
      listed.filter(({ event }) => event !== 'ping' && isRead(event)).map((one) => [one.guid, one]),
    );
    if (byGuid.size === 0) return 0;
    const missed = await units.read(anonymous, (uow) => missedAmong(uow, [...byGuid.keys()]));
    let recovered = 0;
    for (const delivery of [...byGuid.values()].reverse()) {
      if (missed.has(delivery.guid) && (await take(deliveryLog, delivery))) recovered += 1;
    }
    return recovered;
  }

  async function take(deliveryLog: DeliveryLog, { id, guid, event }: LoggedDelivery): Promise<boolean> {
    const payload = await deliveryLog.payload(id);
    const told = readGithubEvent(event, payload);
    const taken = { deliveryId: guid, event: eventLabel(event), action: actionOf(payload), recovered: true, told };
    try {
      const outcome = await takeDelivery({ units, log, graceMs }, taken);
      metrics.githubRecovered.inc({ event: eventLabel(event), outcome });
      const hasEffect = outcome === 'signalled' || outcome === 'recorded';
      if (hasEffect) log.warn({ deliveryId: guid, event, outcome }, 'a webhook that had not reached us was recovered');
      return hasEffect;
    } catch (error) {
      if (!(error instanceof AppError) || error.retryable) throw error;
      metrics.githubRecovered.inc({ event: eventLabel(event), outcome: 'failed' });
      log.error({ deliveryId: guid, event, err: error }, 'a recovered webhook could not be taken');
      return false;
    }
  }

  /** Nothing that waiting would mend: the looks go on without the log. */
  function withoutRight(error: unknown): null {
    if (!(error instanceof AppError) || error.code !== 'GITHUB_PERMISSION_DENIED') throw error;
    log.warn({ err: error }, 'the token may not read the hooks of the organisation: lost webhooks are not recovered');
    return null;
  }
}

/** GitHub refuses a place in its log that it no longer has: the scan begins anew. */
function staleCursor(error: unknown, { cursor }: DeliveryScan): null {
  const refused = error instanceof AppError && ['GITHUB_REQUEST_REFUSED', 'GITHUB_NOT_FOUND'].includes(error.code);
  if (refused && cursor !== null) return null;
  throw error;
}
