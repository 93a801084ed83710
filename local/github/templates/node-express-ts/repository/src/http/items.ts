import { Router } from 'express';
import { freeUnits } from '../domain/availability.ts';
import type { Store } from '../store.ts';
import { readPeriod } from './input.ts';

/** What the library owns, and how much of it is free when. */
export function itemRoutes(store: Store): Router {
  const routes = Router();

  routes.get('/items', (_request, response) => {
    response.json({ items: store.items() });
  });

  routes.get('/items/:id', (request, response) => {
    response.json(store.item(request.params.id));
  });

  routes.get('/items/:id/availability', (request, response) => {
    const item = store.item(request.params.id);
    const period = readPeriod(request.query);
    response.json({ itemId: item.id, ...period, freeUnits: freeUnits(item, store.reservations(), period) });
  });

  return routes;
}
