import { randomUUID } from 'node:crypto';
import type { Period } from './domain/days.ts';
import type { Item, Reservation } from './domain/types.ts';
import { notFound } from './errors.ts';

/** What the desk knows, kept in memory: one process serves one library. */
export interface Store {
  items(): readonly Item[];
  /** Throws a 404 when there is no such item. */
  item(id: string): Item;
  reservations(): readonly Reservation[];
  /** Throws a 404 when there is no such reservation. */
  reservation(id: string): Reservation;
  reserve(itemId: string, customer: string, period: Period): Reservation;
  cancel(id: string): Reservation;
}

export function createStore(items: readonly Item[]): Store {
  const itemsById = new Map(items.map((item) => [item.id, item]));
  const reservationsById = new Map<string, Reservation>();

  function reservation(id: string): Reservation {
    const found = reservationsById.get(id);
    if (!found) throw notFound('reservation');
    return found;
  }

  function save(changed: Reservation): Reservation {
    reservationsById.set(changed.id, changed);
    return changed;
  }

  return {
    items: () => [...itemsById.values()],
    item(id) {
      const found = itemsById.get(id);
      if (!found) throw notFound('item');
      return found;
    },
    reservations: () => [...reservationsById.values()],
    reservation,
    reserve: (itemId, customer, { firstDay, lastDay }) =>
      save({ id: randomUUID(), itemId, customer, firstDay, lastDay, status: 'active' }),
    cancel: (id) => save({ ...reservation(id), status: 'cancelled' }),
  };
}
