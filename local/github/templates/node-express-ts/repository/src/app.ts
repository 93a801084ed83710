import express from 'express';
import type { Express } from 'express';
import { errorHandler, unknownRoute } from './http/errors.ts';
import { itemRoutes } from './http/items.ts';
import { reservationRoutes } from './http/reservations.ts';
import type { Store } from './store.ts';

/** The whole service over one store; it listens nowhere yet. */
export function createApp(store: Store): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json());
  app.use(itemRoutes(store));
  app.use(reservationRoutes(store));
  app.use(unknownRoute);
  app.use(errorHandler);
  return app;
}
