import { countDays, isDay } from '../domain/days.ts';
import type { Period } from '../domain/days.ts';
import { invalid } from '../errors.ts';

/** The longest that one tool may be away. */
const LONGEST_RENTAL_DAYS = 28;

/** The JSON body as an object; throws a 422 for anything else. */
export function readObject(body: unknown): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid('Send a JSON object.');
  return body as Record<string, unknown>;
}

/** A text with something in it; throws a 422 that names the field. */
export function readText(value: unknown, field: string): string {
  if (typeof value !== 'string' || value.trim() === '') throw invalid(`${field} must be a text.`);
  return value.trim();
}

/** Two calendar days in order and at most 28 days long; throws a 422 otherwise. */
export function readPeriod(source: Record<string, unknown>): Period {
  const { firstDay, lastDay } = source;
  if (!isDay(firstDay)) throw invalid('firstDay must be a day such as 2026-05-04.');
  if (!isDay(lastDay)) throw invalid('lastDay must be a day such as 2026-05-04.');
  if (lastDay < firstDay) throw invalid('lastDay must not be before firstDay.');
  const period = { firstDay, lastDay };
  if (countDays(period) > LONGEST_RENTAL_DAYS) throw invalid(`A rental is at most ${LONGEST_RENTAL_DAYS} days long.`);
  return period;
}
