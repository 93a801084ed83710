/** A calendar day as `YYYY-MM-DD`. The desk is open in whole days, so there is no time of day anywhere. */
export type Day = string;

/** Both ends belong to the period: a tool fetched and brought back on the same day is out for one day. */
export interface Period {
  firstDay: Day;
  lastDay: Day;
}

const MS_PER_DAY = 24 * 60 * 60 * 1000;

/** True for a day that is in the calendar: `2026-02-30` is not. */
export function isDay(value: unknown): value is Day {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const time = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}

/** How many days a period has; 1 when it starts and ends on the same day. */
export function countDays(period: Period): number {
  return (toTime(period.lastDay) - toTime(period.firstDay)) / MS_PER_DAY + 1;
}

/** Every day of a period, in order. */
export function daysOf(period: Period): Day[] {
  return Array.from({ length: countDays(period) }, (_, offset) => {
    const time = toTime(period.firstDay) + offset * MS_PER_DAY;
    return new Date(time).toISOString().slice(0, 10);
  });
}

function toTime(day: Day): number {
  return Date.parse(`${day}T00:00:00Z`);
}
