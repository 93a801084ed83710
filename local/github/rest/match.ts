import type { Route } from './route.ts';

/** Parameters that may hold slashes when they end the path; `path` may also be empty. */
const greedy = ['path', 'ref', 'branch', 'basehead', 'tree_sha'];

function patternOf(template: string): RegExp {
  const last = /\/\{(\w+)\}$/.exec(template)?.[1] ?? '';
  const tail = greedy.includes(last) ? last : null;
  const head = tail ? template.slice(0, -`/{${tail}}`.length) : template;
  const source = head.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)').replaceAll('.', String.raw`\.`);
  const end = tail === 'path' ? '(?:/(?<path>.*))?' : tail ? `/(?<${tail}>.+)` : '';
  return new RegExp(`^${source}${end}$`);
}

export interface Match {
  route: Route;
  params: Record<string, string>;
}

export type Matcher = (method: string, path: string) => Match | null;

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Finds the first route of the table that fits. */
export function matcherFor(routes: readonly Route[]): Matcher {
  const compiled = routes.map((route) => ({ route, pattern: patternOf(route.template) }));
  return (method, path) => {
    for (const { route, pattern } of compiled) {
      const found = route.method === method ? pattern.exec(path) : null;
      if (!found) continue;
      const params: Record<string, string> = {};
      for (const [name, value] of Object.entries(found.groups ?? {})) {
        const decoded = decode(value ?? '');
        if (decoded === null) return null;
        params[name] = decoded;
      }
      return { route, params };
    }
    return null;
  };
}
