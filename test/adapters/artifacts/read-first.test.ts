import assert from 'node:assert/strict';
import { ArtifactError, readFirst } from '../../../adapters/artifacts/index.ts';
import { zipOf } from './zips.ts';

const results = (passed: number) =>
  zipOf({ 'tenon-test-results.json': JSON.stringify({ passed, failed: 0, total: passed }) });
const named = (...names: string[]) => names.map((name) => ({ name, expired: false }));

/** Downloads from a shelf and keeps the order of asking. */
function shelf(zips: Readonly<Record<string, Buffer | Error>>) {
  const asked: string[] = [];
  const download = async ({ name }: { name: string }) => {
    asked.push(name);
    const zip = zips[name];
    if (zip instanceof Error || zip === undefined) throw zip ?? new Error('no such artifact');
    return zip;
  };
  return { asked, download };
}

describe('the first artifact that can be read', () => {
  it('wins, in the order of preference; what comes after it is not downloaded', async () => {
    const { asked, download } = shelf({
      junit: Buffer.from('junk'),
      'test-results': await results(2),
      logs: await results(9),
    });
    const verdict = await readFirst(named('logs', 'junit', 'test-results'), download);
    assert.ok(verdict.kind === 'parsed');
    assert.deepEqual([verdict.artifactName, verdict.results.passed, asked], ['test-results', 2, ['test-results']]);
  });

  it('passes over downloads that fail and archives that cannot be read', async () => {
    const { asked, download } = shelf({ junit: Buffer.from('junk'), logs: await results(9) });
    const verdict = await readFirst(named('logs', 'junit', 'Tenon-Test-Results'), download);
    assert.equal(verdict.kind, 'parsed');
    assert.deepEqual(asked, ['Tenon-Test-Results', 'junit', 'logs']);
  });

  it('says missing when there is none, or only expired ones', async () => {
    const { asked, download } = shelf({});
    assert.deepEqual(await readFirst([], download), { kind: 'missing' });
    assert.deepEqual(await readFirst([{ name: 'junit', expired: true }], download), { kind: 'missing' });
    assert.deepEqual(asked, []);
  });

  it('names the best artifact when none can be read, but a failed download before all, without its words', async () => {
    const unreadable = { 'test-results': Buffer.from('junk'), logs: await zipOf({ a: 'b' }) };
    const both = await readFirst(named('logs', 'test-results'), shelf(unreadable).download);
    assert.ok(both.kind === 'unreadable');
    assert.deepEqual([both.artifactName, both.errorCode], ['test-results', 'zip_invalid']);
    const failing = { ...unreadable, logs: new Error('GET https://host/zip?sig=secret failed') };
    const failed = await readFirst(named('logs', 'test-results'), shelf(failing).download);
    assert.ok(failed.kind === 'unreadable');
    assert.deepEqual([failed.artifactName, failed.errorCode], ['logs', 'download_failed']);
    assert.doesNotMatch(failed.message, /secret/u);
  });

  it('keeps the code of a download that refused the artifact itself', async () => {
    const tooLarge = new ArtifactError('artifact_too_large', 'The artifact is too large.');
    const verdict = await readFirst(named('junit'), shelf({ junit: tooLarge }).download);
    assert.ok(verdict.kind === 'unreadable');
    assert.equal(verdict.errorCode, 'artifact_too_large');
  });

  it('stops when the caller aborts', async () => {
    const { asked, download } = shelf({ junit: new DOMException('stop', 'AbortError'), logs: await results(1) });
    await assert.rejects(readFirst(named('junit', 'logs'), download), { name: 'AbortError' });
    assert.deepEqual(asked, ['junit']);
  });
});
