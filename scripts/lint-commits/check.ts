import { pgConnections } from './pg-connections.ts';
import { readSource, type Source } from './source.ts';

export interface Finding {
  readonly line: number;
  readonly text: string;
}

export interface Findings {
  /** Documented exceptions, each with its reason. */
  readonly exceptions: readonly Finding[];
  /** Sentences that say what to do. */
  readonly problems: readonly Finding[];
}

/** How a file gets past the unit of work, and how that is told. */
const WAYS = {
  transaction: 'opens a transaction',
  statement: 'sends a statement that opens or ends a transaction',
  sequelize: 'takes a connection of Sequelize’s own',
  pg: 'holds a connection of pg’s',
} as const;
type Way = keyof typeof WAYS;

/** The rule's own home needs no annotation for what it is there for; for anything else it does. */
const HOME: Readonly<Record<string, readonly Way[]>> = {
  'core/database.ts': ['statement', 'sequelize', 'pg'],
  'core/heard-client.ts': ['pg'],
  'core/connections.ts': ['sequelize', 'pg'],
};

const TRANSACTION_CALL = /\.transaction\s*[(<]/g;
const SEQUELIZE_CONNECTION = /\bnew\s+Sequelize\b|\.connectionManager\b/g;
const STATEMENTS = [
  /(?:start|prepare)\s+transaction\b/,
  /(?:release\s+)?savepoint\s/,
  // The last three to their end: PL/pgSQL's `begin` and prose go on.
  /(?:begin|commit|rollback)(?:\s+(?:work|transaction|isolation|read|to|and|prepared)\b[^;]*?)?\s*(?:;|['"`]$|\$\{$)/,
];
/** At the beginning of a literal, or behind a semicolon in it. */
const STATEMENT = new RegExp(`(?:^['"\`]|;)\\s*(?:${STATEMENTS.map(({ source }) => source).join('|')})`, 'i');
const LONE_WORD = /^.\w+.$/;
const SENDS_SQL = /\.query\s*[(<]|\browsOf\s*[(<]/;
const ANNOTATION = /^\/\/\s*commit-ok\b:?(.*)$/;
const REASON = /\p{L}/u;

/** Checks one file; `path` is relative to the root, with slashes. */
export function checkCommits(path: string, text: string): Findings {
  const source = readSource(text);
  const lineOf = (at: number): number => text.slice(0, at).split('\n').length;
  const ways = new Map<number, Way>();
  for (const [way, offsets] of Object.entries(waysIn(source)) as [Way, number[]][]) {
    if (!HOME[path]?.includes(way)) for (const at of offsets) ways.set(lineOf(at), way);
  }

  const exceptions: Finding[] = [];
  const problems: Finding[] = [];
  const annotated = new Set<number>();
  const codeLines = source.code.split('\n');
  for (const { at, text: comment } of source.comments) {
    const reason = ANNOTATION.exec(comment)?.[1]?.trim();
    if (reason === undefined) continue;
    const line = lineOf(at);
    const target = codeLines[line - 1]?.trim() === '' ? line + 1 : line; // alone on its line it speaks of the next one
    if (!ways.has(target) || annotated.has(target)) problems.push({ line, text: STALE });
    else if (!REASON.test(reason)) problems.push({ line, text: NO_REASON });
    else exceptions.push({ line: target, text: reason });
    annotated.add(target);
  }
  for (const [line, way] of ways) if (!annotated.has(line)) problems.push({ line, text: undocumented(way) });
  return { exceptions: exceptions.sort(byLine), problems: problems.sort(byLine) };
}

const STALE =
  'this commit-ok stands at nothing that gets past the unit of work: remove it, or move it to the line that it is about or the one above.';
const NO_REASON =
  'this commit-ok gives no reason: write behind the colon why this place may get past the unit of work.';

function undocumented(way: Way): string {
  return `this ${WAYS[way]}, past the unit of work: run it in one, or write \`// commit-ok: <reason>\` on this line or the one above.`;
}

function waysIn(source: Source): Record<Way, number[]> {
  const { code, literals } = source;
  const offsets = (pattern: RegExp): number[] => [...code.matchAll(pattern)].map(({ index }) => index);
  // 'commit' alone is a word of git's too: it counts where the file sends SQL.
  const sends = SENDS_SQL.test(code);
  const statements = literals.filter(({ text }) => STATEMENT.test(text) && (sends || !LONE_WORD.test(text)));
  return {
    transaction: offsets(TRANSACTION_CALL),
    statement: statements.map(({ at }) => at),
    sequelize: offsets(SEQUELIZE_CONNECTION),
    pg: pgConnections(source),
  };
}

function byLine(a: Finding, b: Finding): number {
  return a.line - b.line;
}
