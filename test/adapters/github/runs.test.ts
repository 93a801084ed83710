import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GithubForge } from '../../../adapters/github/index.ts';
import {
  describeForges,
  forgeOf,
  plainTemplate,
  resultsArtifact,
  runEnd,
  startTestGithub,
  tinyTemplate,
  type TestGithub,
} from '../../support/factories-workspaces.ts';

const dispatchRoute = 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches';

describeForges('GitHub runs', (forgeBy) => {
  let github: TestGithub;
  let forge: GithubForge;
  const ours = { tenon_run: 'marker-1', tenon_day: '2' };
  const dispatch = (changes: Partial<Parameters<GithubForge['dispatchWorkflow']>[0]> = {}, by = forge) =>
    by.dispatchWorkflow({
      repo: tinyTemplate,
      workflowFile: 'tenon-ci.yml',
      ref: 'main',
      inputs: ours,
      optionalInputs: Object.keys(ours),
      ...changes,
    });

  before(async () => {
    github = await startTestGithub();
    forge = forgeBy(github);
  });
  after(() => github.close());
  afterEach(() => github.control.resetFaults());

  it('starts a run, knows its id at once and finds it again by its marker', async () => {
    await github.control.nextRuns({ conclusion: 'failure', leaveInProgress: true });
    const { githubRunId } = await dispatch({ inputs: { ...ours, tenon_run: 'marker-found' } });
    assert.ok(githubRunId);
    const run = await forge.getRun(tinyTemplate, githubRunId);
    assert.equal(run.name, 'Tests marker-found');
    assert.equal(run.conclusion, null);
    assert.equal((await forge.findRunByMarker(tinyTemplate, 'marker-found'))?.id, githubRunId);
    assert.equal(await forge.findRunByMarker(tinyTemplate, 'marker-unknown'), null);
    await github.control.finishRun(githubRunId, { conclusion: 'failure' });
    const ended = await forge.getRun(tinyTemplate, githubRunId);
    assert.deepEqual([ended.status, ended.conclusion], ['completed', 'failure']);
  });

  it('leaves out inputs of ours that the workflow file does not declare, and only those', async () => {
    assert.ok((await dispatch({ repo: plainTemplate })).githubRunId);
    await assert.rejects(dispatch({ repo: plainTemplate, inputs: { ...ours, colour: 'red' } }), {
      code: 'GITHUB_REQUEST_REFUSED',
      status: 502,
    });
  });

  it('tries the usual names when the configured workflow file is not known', async () => {
    assert.ok((await dispatch({ workflowFile: 'renamed.yml' })).githubRunId);
    const bare = await github.control.templateWithoutWorkflow('tiny');
    await assert.rejects(dispatch({ repo: bare }), { code: 'GITHUB_NOT_FOUND' });
  });

  it('says that a branch does not exist', async () => {
    await assert.rejects(dispatch({ ref: 'nowhere' }), { code: 'INVALID_BRANCH_NAME', status: 400 });
  });

  it('never sends a dispatch twice by itself', async () => {
    const route = dispatchRoute;
    await github.control.clearCalls();
    await github.control.fault({ route, status: 500, times: 1 });
    await assert.rejects(dispatch(), { code: 'GITHUB_UNAVAILABLE' });
    await github.control.fault({ route, hang: true, times: 1 });
    const hasty = forgeBy(github, undefined, { callMs: 200, downloadMs: 200 });
    await assert.rejects(dispatch({}, hasty), { code: 'GITHUB_UNAVAILABLE' });
    assert.equal((await github.control.calls()).counts[route], 2);
  });

  it('lists and downloads artifacts, up to a size', async () => {
    await github.control.nextRuns({
      conclusion: 'success',
      artifacts: [resultsArtifact({ passed: 1, failed: 0, total: 1 })],
    });
    const { githubRunId } = await dispatch();
    assert.ok(githubRunId);
    await runEnd(forge, tinyTemplate, githubRunId);
    const [artifact] = await forge.listArtifacts(tinyTemplate, githubRunId);
    assert.ok(artifact);
    assert.deepEqual([artifact.name, artifact.expired], ['tenon-test-results', false]);
    const zip = await forge.downloadArtifact(tinyTemplate, artifact.id, 1_000_000);
    assert.equal(zip.subarray(0, 2).toString(), 'PK');
    await assert.rejects(forge.downloadArtifact(tinyTemplate, artifact.id, 10), { code: 'artifact_too_large' });
    await assert.rejects(forge.downloadArtifact(tinyTemplate, '1', 10), { code: 'GITHUB_NOT_FOUND' });
  });

  describe('a download from another host', () => {
    const servers: http.Server[] = [];
    const listen = async (answer: http.RequestListener): Promise<string> => {
      const server = http.createServer(answer).listen(0, '127.0.0.1');
      servers.push(server);
      await once(server, 'listening');
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    };
    const redirecting = async (location: string): Promise<GithubForge> => {
      const apiUrl = await listen((_req, res) => res.writeHead(302, { location }).end());
      return forgeOf({ apiUrl, token: 'the-token' });
    };
    after(() => {
      for (const server of servers) server.close().closeAllConnections();
    });

    it('is followed without the token', async () => {
      const seen: http.IncomingHttpHeaders[] = [];
      const store = await listen((req, res) => {
        seen.push(req.headers);
        res.end('bytes');
      });
      const bytes = await (await redirecting(`${store}/zip?sig=s`)).downloadArtifact('o/r', '7', 100);
      assert.equal(bytes.toString(), 'bytes');
      assert.equal(seen.length, 1);
      assert.equal(JSON.stringify(seen).includes('the-token'), false);
    });

    it('is refused when it is no web address, redirects again, breaks off or is not there', async () => {
      const gone = await listen((_req, res) => res.writeHead(404).end());
      const again = await listen((_req, res) => res.writeHead(302, { location: gone }).end());
      const broken = await listen((_req, res) => {
        res.writeHead(200, { 'content-length': '100' }).write('part');
        setImmediate(() => res.destroy());
      });
      for (const location of ['file:///etc/passwd', 'ftp://127.0.0.1/x', 'http://', again, broken, gone]) {
        const forge = await redirecting(location);
        await assert.rejects(forge.downloadArtifact('o/r', '7', 1_000), { code: 'GITHUB_UNAVAILABLE' }, location);
      }
    });
  });
});
