import assert from 'node:assert/strict';
import { refusalOf, resultsOf } from './verdicts.ts';
import { dataDescriptor, rawZip, unicodePath, zip64Sizes, zipOf, type RawEntry } from './zips.ts';

const content = '{"passed":3,"failed":0,"total":3}';
const name = 'tenon-test-results.json';
const good: RawEntry = { name, content };
const mebibyte = 1024 * 1024;
const allOnes = 0xffffffff;

/** What comes of an archive that must be readable: how many tests passed. */
const passedOf = async (zip: Buffer): Promise<number> => (await resultsOf(zip)).passed;

describe('an artifact zip that says one thing and holds another', () => {
  it('is read by its central directory alone, whatever the local headers say', async () => {
    const lies: Partial<RawEntry>[] = [
      { name: '../../../../../../../up' },
      { declaredBytes: 7 },
      { declaredBytes: allOnes },
      { crc: 1 },
    ];
    for (const local of lies) assert.equal(await passedOf(rawZip([{ ...good, local }])), 3, JSON.stringify(local));
    assert.equal(await passedOf(rawZip([{ ...good, local: { packedBytes: 1 } }])), 3);
    assert.equal(await refusalOf(rawZip([{ ...good, local: { name: 'up' } }])), 'zip_invalid', 'the lengths differ');
    assert.equal(await refusalOf(rawZip([{ name: 'other.txt', content, local: { name } }])), 'results_missing');
    assert.equal(await refusalOf(rawZip([{ ...good, packedBytes: 4 }])), 'zip_invalid');
    assert.equal(await refusalOf(rawZip([{ ...good, packedBytes: 9_999 }])), 'zip_invalid');
    assert.equal(await refusalOf(rawZip([{ ...good, packedBytes: allOnes - 1 }])), 'zip_invalid');
  });

  it('is refused when a file is larger or smaller than declared', async () => {
    const large = JSON.stringify({ passed: 3, failed: 0, total: 3, stdout: 'x'.repeat(5 * mebibyte) });
    for (const declaredBytes of [0, 1, content.length, 5 * mebibyte, 6 * mebibyte])
      assert.equal(await refusalOf(rawZip([{ name, content: large, declaredBytes }]), { ratio: 1e6 }), 'zip_invalid');
    assert.equal(await refusalOf(rawZip([{ ...good, declaredBytes: 21 * mebibyte }])), 'zip_ratio');
    assert.equal(await refusalOf(rawZip([{ ...good, declaredBytes: allOnes - 1 }])), 'zip_too_large');
    assert.equal(await refusalOf(rawZip([{ ...good, stored: true, declaredBytes: 10 }])), 'zip_invalid');
  });

  it('in zip64 is read when honest and refused when it declares what no disk holds', async () => {
    const packed = { declaredBytes: allOnes, packedBytes: allOnes };
    const sized = (declared: number, packedBytes: number): Buffer =>
      rawZip([{ ...good, stored: true, ...packed, extra: zip64Sizes(declared, packedBytes) }]);
    assert.equal(await passedOf(rawZip([good], { zip64: true })), 3);
    assert.equal(await passedOf(sized(content.length, content.length)), 3);
    assert.equal(await refusalOf(sized(2 ** 40, 2 ** 40)), 'zip_too_large');
    assert.equal(await refusalOf(sized(2 ** 62, content.length)), 'zip_invalid');
    assert.equal(await refusalOf(sized(content.length, 2 ** 40)), 'zip_invalid');
    assert.equal(
      await refusalOf(rawZip([{ ...good, ...packed, extra: Buffer.of(1, 0, 4, 0, 1, 1, 1, 1) }])),
      'zip_invalid',
    );
    assert.equal(await refusalOf(rawZip([good], { zip64: true, declaredEntries: 2 ** 40 })), 'zip_too_many_entries');
    assert.equal(await refusalOf(rawZip([good], { zip64: true, declaredEntries: 3 })), 'zip_invalid');
  });

  it('is read when written as a stream, with sizes only after the data', async () => {
    const streamed: RawEntry = {
      ...good,
      flags: 0x808,
      local: { crc: 0, packedBytes: 0, declaredBytes: 0 },
      tail: dataDescriptor(content),
    };
    assert.equal(await passedOf(rawZip([streamed, { name: 'a.txt', content: 'x' }])), 3);
    assert.equal(await passedOf(rawZip([{ ...streamed, tail: Buffer.alloc(0) }])), 3, 'the directory decides');
  });

  it('is refused when entries lie over each other, as in a bomb without nesting', async () => {
    const kernel: RawEntry = { name: 'a.txt', content: Buffer.alloc(mebibyte) };
    const copies = Array.from({ length: 40 }, (_, at): RawEntry => ({ ...kernel, name: `${at}.txt`, sharesDataOf: 0 }));
    assert.equal(await refusalOf(rawZip([kernel, ...copies, good])), 'zip_invalid');
    assert.equal(await refusalOf(rawZip([good, { ...good, name: 'again.json', sharesDataOf: 0 }])), 'zip_invalid');
    const engulfing: RawEntry = { name: 'wide.txt', stored: true, content: 'x', packedBytes: 50, declaredBytes: 50 };
    assert.equal(await refusalOf(rawZip([engulfing, good])), 'zip_invalid');
  });

  it('is refused for encryption that only one of the headers admits, and for strong encryption', async () => {
    assert.equal(await refusalOf(rawZip([{ ...good, flags: 0x801, local: { flags: 0x800 } }])), 'zip_encrypted');
    assert.equal(await refusalOf(rawZip([{ ...good, flags: 0x841 }])), 'zip_invalid', 'none of ours opens it');
    const secretly: RawEntry = { ...good, content: Buffer.from(content).map((byte) => byte ^ 0x55) as Buffer, crc: 5 };
    assert.equal(await refusalOf(rawZip([{ ...secretly, stored: true, local: { flags: 0x801 } }])), 'zip_invalid');
  });

  it('is refused for a compression that nobody uses, where that file is wanted', async () => {
    for (const method of [1, 6, 9, 12, 14, 93, 95, 98, 99, 0xffff])
      assert.equal(await refusalOf(rawZip([{ ...good, method }])), 'zip_invalid', String(method));
    assert.equal(await passedOf(rawZip([good, { name: 'log.bin', method: 12, content: 'x' }])), 3);
    assert.equal(await refusalOf(rawZip([{ ...good, method: 0 }])), 'zip_invalid', 'deflated, declared as stored');
    assert.equal(await refusalOf(rawZip([{ ...good, stored: true, method: 8 }])), 'zip_invalid', 'the other way round');
  });
});

describe('an artifact zip with something around it', () => {
  const zip = rawZip([good]);

  it('is refused when it ends early, wherever that is', async () => {
    for (let length = 0; length < zip.length; length += 1)
      assert.equal(await refusalOf(zip.subarray(0, length)), 'zip_invalid', `after ${length} bytes`);
  });

  it('is refused with anything before it or after it', async () => {
    for (const junk of ['x', '#!/bin/sh\n', 'PK\u0003\u0004', ' '.repeat(70_000), zip.toString('latin1')]) {
      const bytes = Buffer.from(junk, 'latin1');
      assert.equal(await refusalOf(rawZip([good], { before: bytes })), 'zip_invalid', `before: ${junk.slice(0, 9)}`);
      if (junk !== zip.toString('latin1'))
        assert.equal(await refusalOf(rawZip([good], { after: bytes })), 'zip_invalid', `after: ${junk.slice(0, 9)}`);
    }
  });

  it('is read with a comment of its own, and refused when that is longer or shorter than it says', async () => {
    const comment = Buffer.from('é, written by a tool');
    const commented = (bytes: number): Buffer => {
      const length = Buffer.alloc(2);
      length.writeUInt16LE(bytes);
      return Buffer.concat([zip.subarray(0, -2), length, comment]);
    };
    assert.equal(await passedOf(commented(comment.length)), 3);
    for (const bytes of [0, comment.length - 1, comment.length + 1, 65_535])
      assert.equal(await refusalOf(commented(bytes)), 'zip_invalid');
  });

  it('is refused when it is two glued together, also where the offsets of one fit the other', async () => {
    for (const zip64 of [false, true]) {
      const [one, other] = [3, 0].map((passed) =>
        rawZip([{ name, content: JSON.stringify({ passed, failed: 9, total: 9 }), stored: true }], { zip64 }),
      );
      assert.ok(one && other && one.length === other.length);
      assert.equal(await refusalOf(Buffer.concat([one, other])), 'zip_invalid');
    }
  });

  it('stays closed inside another, however deep and whatever its name', async () => {
    let inner = await zipOf({ [name]: content });
    for (let depth = 0; depth < 20; depth += 1) inner = await zipOf({ 'inner.zip': inner });
    assert.equal(await refusalOf(inner), 'results_missing');
    assert.equal(await refusalOf({ [name]: inner }), 'json_invalid');
    assert.equal(await refusalOf({ 'report.xml': inner }), 'parse_error');
  });
});

describe('the paths in an artifact zip', () => {
  const refused = [
    '../tenon-test-results.json',
    'a/../../b.json',
    'a/..',
    '..',
    '/abs.json',
    '//host/share.json',
    String.raw`..\up.json`,
    String.raw`\abs.json`,
    String.raw`\\host\share`,
    'C:/x.json',
    'c:x.json',
    'a:b',
    'a\0.json',
    'a\nb.json',
    'a\u007f.json',
    'a\u0085.json',
    './',
    `${'d/'.repeat(600)}r.json`,
    'x'.repeat(1_025),
  ];
  for (const path of refused)
    it(`refuse ${JSON.stringify(path.slice(0, 30))}`, async () => {
      assert.equal(await refusalOf(rawZip([good, { name: path }])), 'zip_path');
    });

  it('are what the Unicode field says where it counts, and so cannot hide a way out', async () => {
    const hidden = { name: 'a.json', extra: unicodePath('a.json', '../a.json') };
    assert.equal(await refusalOf(rawZip([good, hidden])), 'zip_path');
    assert.equal(await passedOf(rawZip([{ ...good, name: 'a.txt', extra: unicodePath('a.txt', name) }])), 3);
    assert.equal(await passedOf(rawZip([{ ...good, extra: unicodePath('other', '../up') }])), 3, 'a wrong checksum');
    const twice = { name: 'b.txt', content: 'x', extra: unicodePath('b.txt', name) };
    assert.equal(await refusalOf(rawZip([good, twice])), 'zip_duplicate');
  });

  it('may hold any other letters: nothing is ever written to a disk by them', async () => {
    const odd = ['．．／up.json', '%2e%2e/up', '\u202etxt.exe', '‥/a', 'CON', '~/x', '-rf', '$(id)', "';--", '…'];
    assert.equal(await passedOf(rawZip([...odd.map((path): RawEntry => ({ name: path })), good])), 3);
    assert.equal(await passedOf(rawZip([{ name: Buffer.of(0x80, 0xff, 0xfe), flags: 0 }, good])), 3);
    assert.equal(await passedOf(rawZip([{ name: Buffer.of(0xc3, 0x28), flags: 0x800 }, good])), 3);
  });

  it('may not be links, sockets or devices, nor stand twice in other spellings', async () => {
    for (const unixMode of [0o120777, 0o140777, 0o010666, 0o020666, 0o060666])
      assert.equal(await refusalOf(rawZip([good, { name: 'l', unixMode }])), 'zip_symlink', unixMode.toString(8));
    for (const path of [`./${name}`, `.//.//${name}`, `./././${name}`])
      assert.equal(await refusalOf(rawZip([good, { name: path }])), 'zip_duplicate', path);
  });
});
