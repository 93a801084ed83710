import type { Day, Period } from './days.ts';
import type { Item, Reservation } from './types.ts';

/** How many units of the item can still be reserved over the whole period. Never below zero. */
export function freeUnits(item: Item, reservations: readonly Reservation[], period: Period): number {
  const taken = reservations.filter(
    (reservation) =>
      reservation.itemId === item.id && reservation.status === 'active' && isWithin(reservation.firstDay, period),
  );
  return Math.max(0, item.units - taken.length);
}

function isWithin(day: Day, period: Period): boolean {
  return day >= period.firstDay && day < period.lastDay;
}
