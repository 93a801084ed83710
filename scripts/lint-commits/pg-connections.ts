import type { Source } from './source.ts';

const PG_MODULE = /^['"]pg(?:[/-].+)?['"]$/;
const IMPORT = /\b(import|export)\b([^;'"]*)\bfrom\s*$/;
const LATE_IMPORT = /\b(?:import|require)\s*\(\s*$/;
/** What queries can be sent on; `types`, `DatabaseError` and the like cannot commit anything. */
const CONNECTION = /^(?:type\s+)?(Client|ClientBase|Pool|PoolClient|default)(?:\s+as\s+(\w+))?$/;

/**
 * Where a file comes by a connection of pg's: at each `new Client` or `new Pool`, or, when it makes none, at the import, types
 * too: it is handed one then. A `Client` of another package is none.
 * @returns offsets
 */
export function pgConnections({ code, literals }: Source): number[] {
  const imports: number[] = [];
  const classes: string[] = [];
  for (const { at } of literals.filter(({ text }) => PG_MODULE.test(text))) {
    const before = code.slice(0, at);
    const found = IMPORT.exec(before);
    const names = found?.[1] === 'import' ? classesIn(found[2] ?? '') : [];
    const late = LATE_IMPORT.exec(before);
    if (names.length > 0 || found?.[1] === 'export' || late) imports.push((found ?? late)?.index ?? at);
    classes.push(...names);
  }
  if (classes.length === 0) return imports;
  const made = code.matchAll(new RegExp(`\\b(?:new|extends)\\s+(?:${classes.join('|')})\\b`, 'g'));
  const places = [...made].map(({ index }) => index);
  return places.length > 0 ? places : imports;
}

/** What an import's clause names, as expressions: `Pool`, `pg.Pool`. */
function classesIn(clause: string): string[] {
  const [, listed = ''] = /\{([^}]*)\}/.exec(clause) ?? [];
  const single = listed.split(',').flatMap((name) => {
    const [, imported, local = imported] = CONNECTION.exec(name.trim()) ?? [];
    return local === undefined ? [] : [local];
  });
  const [whole] = /\b(?!type\b|as\b)\w+/.exec(clause.replace(/\{[^}]*\}/, '')) ?? [];
  return whole === undefined ? single : [...single, `${whole}\\.(?:Client|Pool)`];
}
