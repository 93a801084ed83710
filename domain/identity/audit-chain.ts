export const AUDIT_FORMAT = 'tenon-audit/1';

/** The last row of a chain. Hashes are SHA-256 in lower-case hex; an empty chain ends at row 0 with an empty hash. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

/** The first line of an export. */
export interface ExportHeader {
  readonly format: typeof AUDIT_FORMAT;
  readonly orgId: string;
  readonly exportedAt: string;
  readonly head: ChainHead;
}

/** Every other line: `hash` is sha256(the bytes of `prevHash`, then `body` as UTF-8); rows count from 1. */
export interface ExportRow {
  readonly seq: number;
  /** The exact text that was hashed. */
  readonly body: string;
  readonly prevHash: string;
  readonly hash: string;
}

/** The one way to write a row: a checker that knows it sees every changed byte, also where JSON would mean the same. */
export function exportLine({ seq, body, prevHash, hash }: ExportRow): string {
  return JSON.stringify({ seq, body, prevHash, hash });
}

/** @returns undefined when this line does not begin an export */
export function readHeader(line: string): ExportHeader | undefined {
  const header = parse<ExportHeader>(line);
  const fits =
    header?.format === AUDIT_FORMAT &&
    typeof header.orgId === 'string' &&
    typeof header.exportedAt === 'string' &&
    Number.isSafeInteger(header.head?.seq) &&
    typeof header.head?.hash === 'string';
  return fits ? (header as ExportHeader) : undefined;
}

/** @returns undefined when this line is not what `exportLine` writes, byte for byte */
function readRow(line: string): ExportRow | undefined {
  const row = parse<ExportRow>(line);
  if (!Number.isSafeInteger(row?.seq)) return undefined;
  return exportLine(row as ExportRow) === line ? (row as ExportRow) : undefined;
}

/** Nothing is known yet about its parts. */
function parse<T extends object>(line: string): Partial<T> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

export interface ChainCheck {
  /** Takes the line after the header, then the next; `undefined` for one that is not UTF-8. */
  take(line: string | undefined): void;
  /** A sentence about the first row that is not as it was written; undefined when all are. */
  finish(): string | undefined;
}

/** Follows a chain line by line, whatever its length. `hashOf(prevHash, body)` is the SHA-256 described at `ExportRow`. */
export function checkChain({ head }: ExportHeader, hashOf: (prevHash: string, body: string) => string): ChainCheck {
  let last: ChainHead = { seq: 0, hash: '' };
  let fault: string | undefined;
  /** Set while it is open whether the row that should have come stands further down or nowhere. */
  let gap: { readonly wanted: number; readonly found: number } | undefined;

  function follow(row: ExportRow | undefined): void {
    const wanted = last.seq + 1;
    const fits = row?.prevHash === last.hash && hashOf(row.prevHash, row.body) === row.hash;
    if (row && fits && row.seq === wanted && wanted <= head.seq) last = row;
    else if (row && fits && row.seq === wanted)
      fault = `row ${wanted} stands behind row ${head.seq}, the last one by the header`;
    else if (!row || fits || row.seq === wanted) fault = `row ${wanted} was changed`;
    else if (row.seq < wanted) fault = `row ${row.seq} stands where row ${wanted} belongs`;
    else gap = { wanted, found: row.seq };
  }

  return {
    take(line) {
      if (fault !== undefined) return;
      const row = line === undefined ? undefined : readRow(line);
      if (!gap) follow(row);
      else if (row?.seq === gap.wanted) fault = `row ${gap.found} stands where row ${gap.wanted} belongs`;
    },
    finish() {
      if (fault !== undefined) return fault;
      if (gap) return `row ${gap.wanted} is missing`;
      if (last.seq < head.seq)
        return `row ${last.seq + 1} is missing: the header says that row ${head.seq} is the last`;
      return last.hash === head.hash ? undefined : `row ${last.seq} is not the one that the header names as the last`;
    },
  };
}
