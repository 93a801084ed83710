import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { GithubForge } from '../../adapters/github/index.ts';
import { readFirst } from '../../adapters/artifacts/index.ts';
import { forgeOf, keepingLog } from '../support/factories-workspaces.ts';
import { hostileWords } from './words.ts';

/** A far side that answers whatever it is told to, as a proxy, an outage page or a hostile GitHub would. */
describe('what GitHub, or whoever answers in its place, may say', () => {
  let server: http.Server;
  let base: string;
  let answer: http.RequestListener;
  const { log, lines } = keepingLog();
  let forge: GithubForge;

  before(async () => {
    server = http.createServer((req, res) => answer(req, res)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    forge = forgeOf({ apiUrl: base, token: 'the-token' }, log, { callMs: 3_000 });
  });
  after(() => server.close().closeAllConnections());
  beforeEach(() => void (lines.length = 0));

  const says = (body: unknown): void => {
    answer = (_req, res) => res.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  };
  const run = {
    id: 7,
    status: 'completed',
    conclusion: 'success',
    head_sha: 'f'.repeat(40),
    html_url: '',
    name: 'Tests',
  };
  const unexpected = { code: 'GITHUB_UNAVAILABLE' };

  it('is a run with GitHub’s words and a commit, or no run', async () => {
    says(run);
    assert.equal((await forge.getRun('o/r', '7')).conclusion, 'success');
    for (const [what, word] of Object.entries(hostileWords))
      for (const field of ['status', 'conclusion', 'head_sha', 'id']) {
        says({ ...run, [field]: word });
        await assert.rejects(forge.getRun('o/r', '7'), unexpected, `${field}: ${what}`);
      }
    for (const value of [7, true, [], {}])
      for (const field of ['status', 'conclusion', 'head_sha']) {
        says({ ...run, [field]: value });
        await assert.rejects(forge.getRun('o/r', '7'), unexpected, `${field}: ${JSON.stringify(value)}`);
      }
    says({ id: 7, head_sha: run.head_sha });
    const { status, conclusion } = await forge.getRun('o/r', '7');
    assert.deepEqual([status, conclusion], ['queued', null]);
  });

  it('is a title with our marker, however it looks otherwise', async () => {
    for (const [what, word] of Object.entries(hostileWords)) {
      says({
        workflow_runs: [
          { ...run, id: 1, display_title: word, name: word },
          { ...run, display_title: `${word}mark-1${word}` },
        ],
      });
      assert.equal((await forge.findRunByMarker('o/r', 'mark-1'))?.id, '7', what);
    }
    says({ workflow_runs: [{ ...run, display_title: null, name: null }] });
    assert.equal(await forge.findRunByMarker('o/r', 'mark-1'), null);
  });

  it('is an artifact of any name, which is kept clean and short', async () => {
    const artifact = { id: 1, expired: false, size_in_bytes: 1 };
    for (const [what, word] of Object.entries(hostileWords)) {
      says({ artifacts: [{ ...artifact, name: `a${word} ghp_${'a1'.repeat(18)}` }] });
      const verdict = await readFirst(await forge.listArtifacts('o/r', '7'), () =>
        Promise.resolve(Buffer.from('junk')),
      );
      assert.ok(verdict.kind === 'unreadable' && verdict.artifactName !== null);
      assert.doesNotMatch(verdict.artifactName, /(?![\t\n\r])\p{Cc}|\p{Cs}|ghp_a1/u, what);
      assert.ok(verdict.artifactName.length < 250);
    }
    for (const name of [null, 7, {}, ['x']]) {
      says({ artifacts: [{ ...artifact, name }] });
      await assert.rejects(forge.listArtifacts('o/r', '7'), unexpected);
    }
  });

  it('is a download of at most so many bytes, whatever was announced or packed', async () => {
    const download = (): Promise<Buffer> => forge.downloadArtifact('o/r', '7', 100_000);
    const zips = (listener: http.RequestListener): void => {
      answer = (req, res) => {
        if (req.url === '/zip') listener(req, res);
        else res.writeHead(302, { location: `${base}/zip` }).end();
      };
    };
    zips((_req, res) => {
      const more = (): void => {
        while (res.write(Buffer.alloc(65_536)));
      };
      res.on('drain', more);
      more(); // and never ends
    });
    await assert.rejects(download(), { code: 'artifact_too_large' });
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    assert.ok(bomb.length < 100_000);
    zips((_req, res) => res.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bomb.length }).end(bomb));
    await assert.rejects(download(), { code: 'artifact_too_large' });
    zips((_req, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip'));
    await assert.rejects(download(), unexpected);
  });

  it('is refused in words of ours: nothing of an answer reaches an error or a log', async () => {
    for (const status of [200, 302, 400, 401, 403, 404, 422, 500]) {
      const secret = `ghp_${'s3cr'.repeat(9)}`;
      answer = (_req, res) =>
        res
          .writeHead(status, {
            'content-type': 'application/json',
            location: `${base}/?token=${secret}`,
            'x-github-request-id': 'R:1',
          })
          .end(JSON.stringify({ message: `\u001b[2J${secret}\nx-evil: 1`, errors: [{ message: secret }] }));
      const error: unknown = await forge.getRun('o/r', '7').catch((thrown: unknown) => thrown);
      assert.ok(error instanceof Error);
      const all = [error.message, String(error.cause), lines.join('')].join('');
      assert.doesNotMatch(all, /s3cr|evil/u, String(status));
    }
  });
});
