import assert from 'node:assert/strict';
import { openArchive } from '../../../adapters/artifacts/zip.ts';
import { artifactLimits } from '../../../adapters/artifacts/index.ts';
import { refusalOf, resultsOf } from './verdicts.ts';
import { rawZip, zipOf, type RawEntry } from './zips.ts';

const good: RawEntry = { name: 'tenon-test-results.json', content: '{"passed":3,"failed":0,"total":3}' };
const mebibyte = 1024 * 1024;

describe('an artifact zip', () => {
  it('is read when honest, whether deflated or stored, with folders beside the files', async () => {
    const folder: RawEntry = { name: 'out/', unixMode: 0o040755, stored: true };
    assert.equal((await resultsOf(rawZip([folder, good]))).passed, 3);
    assert.equal((await resultsOf(rawZip([{ ...good, stored: true, unixMode: 0 }]))).passed, 3);
    assert.equal((await resultsOf({ 'a/b/tenon-test-results.json': '{"passed":1,"failed":0,"total":1}' })).passed, 1);
  });

  it('inflates only what is asked for', async () => {
    const broken: RawEntry = { name: 'huge.log', content: 'x', crc: 1, declaredBytes: 500_000 };
    assert.equal((await resultsOf(rawZip([broken, good]))).passed, 3);
  });

  it('is refused when it is not a zip, is empty, or ends early', async () => {
    const whole = await zipOf({ 'tenon-test-results.json': '{"passed":1,"failed":0,"total":1}' });
    for (const bytes of [Buffer.alloc(0), Buffer.from('not a zip'), whole.subarray(0, -1), whole.subarray(30)])
      assert.equal(await refusalOf(bytes), 'zip_invalid');
  });

  it('is refused when larger than allowed before anything in it is looked at', async () => {
    assert.equal(await refusalOf(Buffer.alloc(101), { zipBytes: 100 }), 'artifact_too_large');
  });

  it('is refused for too many entries, really there or only declared', async () => {
    const many = Array.from({ length: 2_001 }, (_, index): RawEntry => ({ name: `f${index}`, stored: true }));
    assert.equal(await refusalOf(rawZip(many)), 'zip_too_many_entries');
    assert.equal(await refusalOf(rawZip([good], { declaredEntries: 60_000 })), 'zip_too_many_entries');
    assert.equal(await refusalOf(rawZip([good], { declaredEntries: 2 })), 'zip_invalid');
    assert.equal((await resultsOf(rawZip([...many.slice(2), good]))).passed, 3);
  });

  it('is refused when its files together declare too much', async () => {
    const parts = [1, 2, 3].map((part): RawEntry => ({ name: `${part}.log`, content: 'x', declaredBytes: 900_000 }));
    assert.equal(await refusalOf(rawZip([...parts, good]), { totalBytes: 2 * mebibyte }), 'zip_too_large');
  });

  it('is refused for a bomb, by its ratio when it says how large it is and by its real size when it lies', async () => {
    const zeros = Buffer.alloc(8 * mebibyte);
    const honest: RawEntry = { name: 'tenon-test-results.json', content: zeros };
    assert.equal(await refusalOf(rawZip([honest])), 'zip_ratio');
    assert.equal(await refusalOf(rawZip([{ ...honest, declaredBytes: 40 }])), 'zip_invalid');
    assert.equal(await refusalOf(rawZip([honest]), { ratio: 5_000, entryBytes: mebibyte }), 'zip_too_large');
    assert.equal(await refusalOf(rawZip([{ ...good, declaredBytes: 20 }])), 'zip_invalid');
    assert.equal(await refusalOf(rawZip([{ ...good, declaredBytes: 90 }])), 'zip_invalid');
  });

  it('is refused when a file that is read is damaged', async () => {
    assert.equal(await refusalOf(rawZip([{ ...good, crc: 7 }])), 'zip_invalid');
    assert.equal(await refusalOf(rawZip([{ ...good, stored: true, crc: 7 }])), 'zip_invalid');
  });

  for (const name of ['/etc/passwd', '../up', 'a/../../up', 'C:/x', 'a\\b', 'nul\0byte', '', '.', 'x'.repeat(2_000)]) {
    it(`is refused for the path ${JSON.stringify(name.slice(0, 20))}`, async () => {
      assert.equal(await refusalOf(rawZip([good, { name }])), 'zip_path');
    });
  }

  it('is refused for links, devices, encryption and names that stand twice', async () => {
    assert.equal(await refusalOf(rawZip([good, { name: 'l', content: '/etc', unixMode: 0o120777 }])), 'zip_symlink');
    assert.equal(await refusalOf(rawZip([good, { name: 'd', unixMode: 0o020666 }])), 'zip_symlink');
    assert.equal(await refusalOf(rawZip([good, { name: 'e', flags: 0x801 }])), 'zip_encrypted');
    assert.equal(await refusalOf(rawZip([good, good])), 'zip_duplicate');
    assert.equal(await refusalOf(rawZip([good, { ...good, name: './/tenon-test-results.json' }])), 'zip_duplicate');
  });

  it('leaves nested archives closed', async () => {
    const inner = await zipOf({ 'tenon-test-results.json': '{"passed":1,"failed":0,"total":1}' });
    assert.equal(await refusalOf({ 'inner.zip': inner }), 'results_missing');
  });

  it('counts what is really inflated over all reads', async () => {
    const zip = await zipOf({ 'a.txt': 'x'.repeat(600), 'b.txt': 'y'.repeat(600) });
    const [a, b] = await openArchive(zip, { ...artifactLimits, totalBytes: 1_300 });
    assert.ok(a !== undefined && b !== undefined);
    await a.read();
    await b.read();
    await assert.rejects(a.read(), { code: 'zip_too_large' });
  });
});
