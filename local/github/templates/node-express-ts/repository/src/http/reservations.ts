import { Router } from 'express';
import { freeUnits } from '../domain/availability.ts';
import { RequestError } from '../errors.ts';
import type { Store } from '../store.ts';
import { readObject, readPeriod, readText } from './input.ts';

/** Taking and giving back reservations. */
export function reservationRoutes(store: Store): Router {
  const routes = Router();

  routes.post('/reservations', (request, response) => {
    const body = readObject(request.body);
    const item = store.item(readText(body.itemId, 'itemId'));
    const customer = readText(body.customer, 'customer');
    const period = readPeriod(body);
    if (freeUnits(item, store.reservations(), period) === 0) {
      throw new RequestError(409, 'not_available', `${item.name} is not free on all of these days.`);
    }
    response.status(201).json(store.reserve(item.id, customer, period));
  });

  routes.get('/reservations/:id', (request, response) => {
    response.json(store.reservation(request.params.id));
  });

  routes.delete('/reservations/:id', (request, response) => {
    response.json(store.cancel(request.params.id));
  });

  return routes;
}
