import type { Call } from './route.ts';

interface Page<T> {
  items: T[];
  headers: Record<string, string>;
}

function positive(text: string | null, fallback: number, max: number): number {
  const value = Number(text ?? fallback);
  return Number.isInteger(value) && value >= 1 ? Math.min(value, max) : fallback;
}

/** `per_page` (default 30, at most 100) and `page`. */
export function pageOf({ query }: Call, defaultSize = 30, maxSize = 100): { size: number; number: number } {
  return {
    size: positive(query.get('per_page'), defaultSize, maxSize),
    number: positive(query.get('page'), 1, Number.MAX_SAFE_INTEGER),
  };
}

/** The `Link` header for a list of `total` items; empty when everything fits on one page. */
export function linkHeader(
  apiUrl: string,
  call: Call,
  total: number,
  { size, number }: { size: number; number: number },
): Record<string, string> {
  const last = Math.max(1, Math.ceil(total / size));
  const link = (page: number, rel: string): string => {
    const query = new URLSearchParams(call.query);
    query.set('per_page', String(size));
    query.set('page', String(page));
    return `<${apiUrl}${call.path}?${query.toString()}>; rel="${rel}"`;
  };
  const links = [
    ...(number > 1 ? [link(Math.min(number - 1, last), 'prev')] : []),
    ...(number < last ? [link(number + 1, 'next'), link(last, 'last')] : []),
    ...(number > 1 ? [link(1, 'first')] : []),
  ];
  return links.length > 0 ? { link: links.join(', ') } : {};
}

/** One page of a list that is in memory. */
export function paginate<T>(apiUrl: string, call: Call, all: readonly T[]): Page<T> {
  const page = pageOf(call);
  const start = (page.number - 1) * page.size;
  return { items: all.slice(start, start + page.size), headers: linkHeader(apiUrl, call, all.length, page) };
}
