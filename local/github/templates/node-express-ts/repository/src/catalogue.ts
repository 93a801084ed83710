import type { Item } from './domain/types.ts';

/** What the library owns. */
export const catalogue: readonly Item[] = [
  {
    id: 'cement-mixer',
    name: 'Cement mixer, 120 l',
    units: 1,
    dailyRateCents: 2_400,
    weeklyRateCents: 9_600,
    depositCents: 10_000,
  },
  {
    id: 'hedge-trimmer',
    name: 'Hedge trimmer, cordless',
    units: 2,
    dailyRateCents: 950,
    weeklyRateCents: 3_800,
    depositCents: 4_000,
  },
  {
    id: 'scaffold-tower',
    name: 'Scaffold tower, 4 m',
    units: 3,
    dailyRateCents: 3_333,
    weeklyRateCents: 14_999,
    depositCents: 25_000,
  },
];
