/** A row's cells; numbers are shown with three significant digits. */
export type Row = readonly (string | number)[];

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** What a benchmark found out; `headline` has the ratios. */
export interface Outcome {
  readonly headline: readonly string[];
  readonly tables: readonly Table[];
  readonly notes: readonly string[];
}

function shown(value: string | number): string {
  if (typeof value === 'string') return value;
  if (!Number.isFinite(value)) return '–';
  return Number.isInteger(value) || Math.abs(value) >= 1_000
    ? String(Math.round(value))
    : String(Number(value.toPrecision(3)));
}

function tableText({ columns, rows }: Table): string {
  const cells = [columns.map(String), ...rows.map((row) => row.map(shown))];
  const widths = columns.map((_, at) => Math.max(3, ...cells.map((row) => (row[at] ?? '').length)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, at) => (row[at] ?? '').padEnd(width)).join(' | ')} |`;
  const [head = [], ...body] = cells;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

/** The outcome as Markdown, the same on the terminal and in the file of results. */
export function outcomeText({ headline, tables, notes }: Outcome): string {
  const list = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');
  const parts = [headline.map((line) => `- **${line}**`).join('\n'), ...tables.map(tableText), list(notes)];
  return parts.filter((part) => part !== '').join('\n\n');
}
