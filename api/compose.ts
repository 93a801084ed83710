import { accessTokens } from '../core/access-tokens.ts';
import { counterStore } from '../core/counter-store.ts';
import { deliverAfterCommit } from '../core/delivery.ts';
import { goodbye } from '../core/goodbye.ts';
import { lockout } from '../core/lockout.ts';
import { createLogger } from '../core/logger.ts';
import { createMetrics } from '../core/metrics.ts';
import { passwordHasher } from '../core/passwords.ts';
import { rateLimiter } from '../core/rate-limits.ts';
import type { Settings } from '../core/settings.ts';
import { temporalClient } from '../core/temporal.ts';
import { unitsOfWork } from '../core/unit-of-work.ts';
import { listenWaiter } from '../core/wait.ts';
import { workerPresence } from '../core/worker-presence.ts';
import { workflowRuns } from '../core/workflow-runs.ts';
import { connect } from '../services/connect.ts';
import { taskQueues } from '../workflows/queues.contract.ts';
import type { App } from './app.ts';
import { linksOf } from './links.ts';
import { trustedTokens } from './middleware/auth/trusted-issuers.ts';

/** The parts of an API process and how to let go of them. */
export interface ComposedApi {
  readonly app: App;
  close(): Promise<void>;
}

/** The composition root: nothing here connects yet, so the API starts while the database or Temporal is down. */
export function composeApi(settings: Settings): ComposedApi {
  const log = createLogger('api', settings.logLevel);
  const metrics = createMetrics({ processMetrics: true });
  const db = connect(settings.database.url, { poolSize: settings.database.poolSize, applicationName: 'tenon-api' });
  const client = temporalClient(settings);
  const deliver = deliverAfterCommit({ client, metrics, log });
  const uow = unitsOfWork({ db, deliver, onMarkError: (err) => log.warn({ err }, 'delivered, but not marked so') });
  const wait = listenWaiter(settings.database.directUrl, log);
  const counters = counterStore(settings.database.url, log);
  const ownTokens = accessTokens(settings);
  const tokens = trustedTokens(settings, ownTokens);
  return {
    app: {
      settings,
      db,
      uow,
      wait,
      metrics,
      log,
      tokens,
      accessTokens: ownTokens,
      passwords: passwordHasher(),
      lockout: lockout(counters),
      limits: rateLimiter(counters, settings.rateLimits),
      workers: workerPresence(client, Object.values(taskQueues)),
      workflows: workflowRuns(client),
      links: linksOf(settings),
    },
    async close() {
      await goodbye([wait.close(), db.close(), counters.close(), client.connection.close()]);
    },
  };
}
