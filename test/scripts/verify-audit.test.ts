import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import * as fc from 'fast-check';
import { AUDIT_FORMAT, exportLine, type ExportRow } from '../../domain/identity/audit-chain.ts';
import { verifyAudit } from '../../scripts/verify-audit.ts';
import { propertyRun, propertyTimeoutMs } from '../adapters/artifacts/property.ts';

const root = join(import.meta.dirname, '../..');

function chainOf(bodies: readonly string[]): ExportRow[] {
  let prevHash = '';
  return bodies.map((body, index) => {
    const hash = createHash('sha256').update(Buffer.from(prevHash, 'hex')).update(body).digest('hex');
    const row = { seq: index + 1, body, prevHash, hash };
    prevHash = hash;
    return row;
  });
}

function headerOf(rows: readonly ExportRow[]): string {
  const { seq, hash } = rows.at(-1) ?? { seq: 0, hash: '' };
  return JSON.stringify({
    format: AUDIT_FORMAT,
    orgId: 'org',
    exportedAt: '2026-01-01T00:00:00.000Z',
    head: { seq, hash },
  });
}

const bytesOf = (lines: readonly string[]): Buffer => Buffer.from(lines.map((line) => `${line}\n`).join(''));
const verify = (bytes: Buffer, chunkBytes = 1000) => verifyAudit(Readable.from(chunksOf(bytes, chunkBytes)));
const verifyRows = (rows: readonly ExportRow[], header: string) => verify(bytesOf([header, ...rows.map(exportLine)]));

function* chunksOf(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const rows = chainOf(
  Array.from({ length: 30 }, (_, index) => `{"action":"probe.written","n":${index},"t":"é\u2028\\n"}`),
);
const header = headerOf(rows);
const changed = (exitCode: number, sentence: string) => ({ exitCode, sentence });
const row = (seq: number): ExportRow => rows[seq - 1] ?? assert.fail();
const replaced = (seq: number, ...by: ExportRow[]) => rows.toSpliced(seq - 1, 1, ...by);

describe('npm run verify-audit', () => {
  it('says how many entries a whole chain has, and its head, however the file arrives in pieces', async () => {
    const bytes = bytesOf([header, ...rows.map(exportLine)]);
    for (const size of [1, 7, 1000, bytes.length]) {
      assert.deepEqual(await verify(bytes, size), changed(0, `verified: 30 entries, head ${row(30).hash}`));
    }
  });

  it('takes an empty chain', async () => {
    assert.deepEqual(await verifyRows([], headerOf([])), changed(0, 'verified: 0 entries, head none'));
  });

  it('names the row in which something was changed', async () => {
    const { body } = row(17);
    for (const part of [
      { body: body.replace('written', 'wrItten') },
      { hash: 'f'.repeat(64) },
      { prevHash: '' },
      { seq: 99 },
      { seq: 3 },
      { hash: row(17).hash.toUpperCase() },
    ]) {
      assert.deepEqual(
        await verifyRows(replaced(17, { ...row(17), ...part }), header),
        changed(1, 'row 17 was changed'),
      );
    }
  });

  it('names a changed row also when its own hash was made to fit: the next one does not follow', async () => {
    const [forged] = chainOf(['{"action":"forged"}']);
    assert.ok(forged);
    assert.deepEqual(await verifyRows(replaced(1, forged), header), changed(1, 'row 2 was changed'));
  });

  it('names a row that is missing', async () => {
    assert.deepEqual(await verifyRows(replaced(18), header), changed(1, 'row 18 is missing'));
    assert.deepEqual(await verifyRows(replaced(1), header), changed(1, 'row 1 is missing'));
  });

  it('names a row that stands in another’s place', async () => {
    const swapped = rows.toSpliced(18, 2, row(20), row(19));
    assert.deepEqual(await verifyRows(swapped, header), changed(1, 'row 20 stands where row 19 belongs'));
    const reversed = rows.toReversed();
    assert.deepEqual(await verifyRows(reversed, header), changed(1, 'row 30 stands where row 1 belongs'));
    const twice = replaced(5, row(5), row(3));
    assert.deepEqual(await verifyRows(twice, header), changed(1, 'row 3 stands where row 6 belongs'));
  });

  it('misses an end that was cut off, and sees one that was put on', async () => {
    assert.deepEqual(
      await verifyRows(rows.slice(0, 27), header),
      changed(1, 'row 28 is missing: the header says that row 30 is the last'),
    );
    assert.deepEqual(
      await verifyRows(rows, headerOf(rows.slice(0, 27))),
      changed(1, 'row 28 stands behind row 27, the last one by the header'),
    );
    const bytes = bytesOf([header, ...rows.map(exportLine)]);
    assert.deepEqual(await verify(bytes.subarray(0, -10)), changed(1, 'row 30 was changed'));
  });

  it('compares the end with the header', async () => {
    const other = headerOf([...rows.slice(0, -1), { ...row(30), hash: 'e'.repeat(64) }]);
    assert.deepEqual(
      await verifyRows(rows, other),
      changed(1, 'row 30 is not the one that the header names as the last'),
    );
  });

  it('refuses what is no export', async () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('\n'),
      Buffer.from('{"format":"tenon-audit/2"}\n'),
      Buffer.from([0xff]),
    ]) {
      assert.equal((await verify(bytes)).exitCode, 2);
    }
  });

  it('finds any one byte that was changed in any row', async () => {
    const small = chainOf(['{"a":"\u0001é\ufffd"}', '{"b":"\\"/"}', '{"c":[]}']);
    const start = Buffer.byteLength(`${headerOf(small)}\n`);
    const whole = bytesOf([headerOf(small), ...small.map(exportLine)]);
    const place = fc.tuple(fc.integer({ min: start, max: whole.length - 2 }), fc.integer({ min: 1, max: 255 }));
    const property = fc.asyncProperty(place, async ([at, bits]) => {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ bits;
      assert.equal((await verify(bytes)).exitCode, 1);
    });
    await fc.assert(property, propertyRun());
  }).timeout(propertyTimeoutMs);

  it('finds any one row that was changed, removed, doubled or moved', async () => {
    const chains = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 12 }).map(chainOf);
    const mutation = fc.record({
      kind: fc.constantFrom('change', 'remove', 'double', 'move'),
      at: fc.nat(),
      to: fc.nat(),
      body: fc.string(),
    });
    const property = fc.asyncProperty(chains, mutation, async (whole, { kind, at: rawAt, to: rawTo, body }) => {
      assert.equal((await verifyRows(whole, headerOf(whole))).exitCode, 0);
      const [at, to] = [rawAt % whole.length, rawTo % whole.length];
      const one = whole[at] ?? assert.fail();
      fc.pre(kind === 'change' ? one.body !== body : kind !== 'move' || at !== to);
      const without = whole.toSpliced(at, 1);
      const broken = {
        change: whole.toSpliced(at, 1, { ...one, body }),
        remove: without,
        double: whole.toSpliced(to, 0, one),
        move: without.toSpliced(to, 0, one),
      }[kind];
      const { exitCode, sentence } = await verifyRows(broken, headerOf(whole));
      assert.equal(exitCode, 1);
      if (kind === 'change') assert.equal(sentence, `row ${one.seq} was changed`);
      if (kind === 'remove') assert.match(sentence, new RegExp(`^row ${one.seq} is missing`));
    });
    await fc.assert(property, propertyRun());
  }).timeout(propertyTimeoutMs);

  describe('as a process', () => {
    let dir: string;
    before(async () => void (dir = await mkdtemp(join(tmpdir(), 'tenon-verify-'))));
    after(() => rm(dir, { recursive: true, force: true }));

    const run = async (arg: string, input = '') => {
      const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/verify-audit.ts', arg], { cwd: root });
      child.stdin.end(input);
      const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
      return [code, (out + err).trim()];
    };

    it('exits 0, 1 or 2, for a file and for standard input', async () => {
      const whole = bytesOf([header, ...rows.map(exportLine)]).toString();
      const path = join(dir, 'export.ndjson');
      await writeFile(path, bytesOf([header, ...replaced(17).map(exportLine)]));
      const [good, bad, none] = await Promise.all([run('-', whole), run(path), run(join(dir, 'nothing'))]);
      assert.deepEqual(good, [0, `verified: 30 entries, head ${row(30).hash}`]);
      assert.deepEqual(bad, [1, 'row 17 is missing']);
      assert.equal(none[0], 2);
      assert.match(String(none[1]), /^cannot be read: ENOENT/);
    });
  });
});
