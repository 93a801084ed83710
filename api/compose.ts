import { deliverAfterCommit } from '../core/delivery.ts';
import { createLogger } from '../core/logger.ts';
import { createMetrics } from '../core/metrics.ts';
import type { Settings } from '../core/settings.ts';
import { temporalClient } from '../core/temporal.ts';
import { unitsOfWork } from '../core/unit-of-work.ts';
import { listenWaiter } from '../core/wait.ts';
import { connect } from '../services/connect.ts';
import type { App } from './app.ts';
import { linksOf } from './links.ts';
import { tokenVerifier } from './middleware/auth/verifier.ts';

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
  const { auth } = settings;
  const tokens = tokenVerifier([{ ...auth }]);
  return {
    app: { settings, db, uow, wait, metrics, log, tokens, links: linksOf(settings) },
    async close() {
      await Promise.allSettled([wait.close(), db.close(), client.connection.close()]);
    },
  };
}
