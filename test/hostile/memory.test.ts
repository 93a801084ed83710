import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { artifactLimits } from '../../adapters/artifacts/index.ts';
import { rawZip, zipOf, type RawEntry } from '../adapters/artifacts/zips.ts';
import type { Seen } from './small-heap.process.ts';

const run = promisify(execFile);
const mebibyte = 1024 * 1024;

/** Node's own share included; the default on a small container is twice as much or more. */
const HEAP_MEBIBYTES = 256;
/** Buffers lie outside the heap: the archive, what is inflated of it, and what is not collected yet. */
const PEAK_MEBIBYTES = 768;
/** No test asserts how long it takes: a reading that does not end is what this is for. */
const LIMIT_MS = 240_000;

/** 49 MB of text that the rule about ratios lets pass. */
const lines = Array.from(
  { length: 49 * 1_024 },
  () => `${randomBytes(8).toString('hex')}${'x'.repeat(1_000)}\\u0000\\n`,
);
const output = (bytes: number): string => lines.slice(0, bytes / 1_024).join('');

const results = (stdout: string): string => `{"passed":1,"failed":0,"total":1,"stdout":"${stdout}"}`;
const suite = (content: string): string => `<testsuite><testcase name="a"/>${content}</testsuite>`;
const fill = (piece: string, bytes = artifactLimits.xmlBytes - 1_000): string =>
  piece.repeat(Math.floor(bytes / piece.length));
const reports = (count: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [
      `${n}.xml`,
      suite(`<system-out>${output(4.8 * mebibyte)}${n}</system-out>`),
    ]),
  );
/** Stored files have no ratio. */
const storedFiles = (files: Record<string, string>): Buffer =>
  rawZip(Object.entries(files).map(([name, content]) => ({ name, content, stored: true })));
const stored = (name: string, content: string): Buffer => storedFiles({ [name]: content });
const json = 'tenon-test-results.json';

const all = 100_000 + '... (truncated)'.length;

type Case = readonly [verdict: string, stdoutChars: number, zip: () => Buffer | Promise<Buffer>];
const cases: Readonly<Record<string, Case>> = {
  '49 MB of output beside the results': [
    '1/0',
    2,
    () => zipOf({ 'out.log': output(49 * mebibyte), [json]: results('ok') }),
  ],
  '49 MB of output in the results': ['zip_too_large', 0, () => zipOf({ [json]: results(output(49 * mebibyte)) })],
  '19 MB of output in the results': ['1/0', all, () => zipOf({ [json]: results(output(19 * mebibyte)) })],
  '20 MB of output in four reports': ['4/0', all, () => storedFiles(reports(4))],
  'a bomb that lies about its size': [
    'zip_invalid',
    0,
    () => rawZip([{ name: json, content: Buffer.alloc(64 * mebibyte), declaredBytes: 1_000 }]),
  ],
  'a bomb of one kernel and 2 000 names': [
    'zip_invalid',
    0,
    () =>
      rawZip([
        { name: '0.json', content: output(20_000) },
        ...Array.from({ length: 1_990 }, (_, n): RawEntry => ({
          name: `${n + 1}.json`,
          content: output(20_000),
          sharesDataOf: 0,
        })),
      ]),
  ],
  '2 000 files, each of which could be the results': [
    'json_invalid',
    0,
    () => zipOf(Object.fromEntries(Array.from({ length: 1_999 }, (_, n) => [`${n}${json}`, output(25_000)]))),
  ],
  'an object of 490 000 keys': [
    '1/0',
    0,
    () =>
      stored(
        json,
        results('').replace('}', `,"summary":{${Array.from({ length: 490_000 }, (_, n) => `"k${n}":1`).join(',')}}}`),
      ),
  ],
  '20 MB of escapes': [
    '1/0',
    '... (truncated)'.length,
    () => stored(json, results(fill(String.raw`\u0000`, 19 * mebibyte))),
  ],
  '20 MB of characters of two bytes': ['1/0', all, () => stored(json, results(fill('é中', 7 * mebibyte)))],
  'a million references in a report': [
    '1/0',
    all,
    () => stored('r.xml', suite(`<system-out>${fill('&lt;')}</system-out>`)),
  ],
  'two million attributes without values': ['parse_error', 0, () => stored('r.xml', suite(`<a ${fill('b ')}/>`))],
  'two hundred thousand elements': ['1/0', 0, () => stored('r.xml', suite('<a>b</a> '.repeat(199_000)))],
  'seventy thousand failures': [
    '1/70000',
    0,
    () => stored('r.xml', suite('<testcase name="a"><failure message="m">t</failure></testcase>'.repeat(70_000))),
  ],
  'one attribute of 5 MB': ['1/0', 0, () => stored('r.xml', suite(`<a b="${fill('>')}"/>`))],
  'four hundred thousand pieces of CDATA': ['1/0', 0, () => stored('r.xml', suite(fill('<![CDATA[]]>')))],
};

describe('what an artifact costs', function () {
  this.timeout(LIMIT_MS);
  let dir: string;
  let seen: Seen[];

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tenon-hostile-'));
    const paths: string[] = [];
    for (const [, , zip] of Object.values(cases)) {
      const path = join(dir, `${paths.length}.zip`);
      await writeFile(path, await zip());
      paths.push(path);
    }
    seen = await readInSmallHeap(paths);
  });
  after(() => rm(dir, { recursive: true, force: true }));

  for (const [index, [what, [verdict, stdoutChars]]] of Object.entries(cases).entries())
    it(`is bounded for ${what}: ${verdict}`, () => {
      const { peakMebibytes, ...found } = seen[index] ?? assert.fail('the process ended before it came to this one');
      assert.deepEqual(found, { verdict, stdoutChars, clean: true });
      assert.ok(peakMebibytes < PEAK_MEBIBYTES, `${peakMebibytes} MiB`);
    });
});

/** What a process with little heap finds, up to where it ends: V8 aborts it when it needs more. */
async function readInSmallHeap(paths: readonly string[]): Promise<Seen[]> {
  const script = join(import.meta.dirname, 'small-heap.process.ts');
  const args = [`--max-old-space-size=${HEAP_MEBIBYTES}`, '--import', 'tsx/esm', script, ...paths];
  const { stdout } = await run(process.execPath, args, { timeout: LIMIT_MS, killSignal: 'SIGKILL' }).catch(
    (error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }),
  );
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Seen);
}
