// `npm run verify-audit -- <export file or ->`: checks an exported audit trail, offline. Exit 0: whole, 1: not, 2: cannot be read.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../core/errors.ts';
import { checkChain, readHeader } from '../domain/identity/audit-chain.ts';

export interface Verification {
  readonly exitCode: 0 | 1 | 2;
  readonly sentence: string;
}

/** Far longer than any row; a file without line ends must not fill the memory. */
const LONGEST_LINE_BYTES = 64 * 1024 * 1024;
const LINE_END = 0x0a;

/** Reads an export line by line. Never throws: what cannot be read is exit code 2. */
export async function verifyAudit(bytes: AsyncIterable<Buffer>): Promise<Verification> {
  try {
    return await verify(linesOf(bytes));
  } catch (error) {
    return { exitCode: 2, sentence: `cannot be read: ${messageOf(error)}` };
  }
}

async function verify(lines: AsyncGenerator<string | undefined>): Promise<Verification> {
  const first = await lines.next();
  const header = first.done || first.value === undefined ? undefined : readHeader(first.value);
  if (!header) return { exitCode: 2, sentence: 'cannot be read: the first line is not the header of an audit export' };
  const check = checkChain(header, hashOf);
  for await (const line of lines) check.take(line);
  const fault = check.finish();
  if (fault !== undefined) return { exitCode: 1, sentence: fault };
  const { seq, hash } = header.head;
  return { exitCode: 0, sentence: `verified: ${seq} entries, head ${hash === '' ? 'none' : hash}` };
}

function hashOf(prevHash: string, body: string): string {
  return createHash('sha256').update(prevHash, 'hex').update(body).digest('hex');
}

/** Lines end with \n alone: bodies may hold other characters that readers of lines break at. Undefined for one that is not UTF-8. */
async function* linesOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<string | undefined> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_END); end !== -1; end = chunk.indexOf(LINE_END, from)) {
      yield textOf([...parts, chunk.subarray(from, end)]);
      [parts, length, from] = [[], 0, end + 1];
    }
    parts.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > LONGEST_LINE_BYTES) throw new Error(`a line is longer than ${LONGEST_LINE_BYTES} bytes`);
  }
  if (length > 0) yield textOf(parts);
}

function textOf(parts: readonly Buffer[]): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts));
  } catch {
    return undefined;
  }
}

async function main([path, ...more]: readonly string[]): Promise<void> {
  if (path === undefined || more.length > 0) {
    process.stderr.write('Usage: npm run verify-audit -- <export file, or - for standard input>\n');
    process.exitCode = 2;
    return;
  }
  const { exitCode, sentence } = await verifyAudit(path === '-' ? process.stdin : createReadStream(path));
  (exitCode === 0 ? process.stdout : process.stderr).write(`${sentence}\n`);
  process.exitCode = exitCode;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) void main(process.argv.slice(2));
