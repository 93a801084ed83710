import type { Period } from './days.ts';

/** A kind of tool; the library owns `units` of it. Money is in whole cents everywhere. */
export interface Item {
  id: string;
  name: string;
  units: number;
  dailyRateCents: number;
  weeklyRateCents: number;
  depositCents: number;
}

/** One unit of an item, kept for one person over a period. */
export interface Reservation extends Period {
  id: string;
  itemId: string;
  customer: string;
  status: 'active' | 'cancelled';
}
