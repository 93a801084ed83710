import assert from 'node:assert/strict';
import { once } from 'node:events';
import { everyone } from '../../../api/actors.ts';
import { empty, endpoint } from '../../../api/endpoint.ts';
import { startTestApi, type TestApi } from '../../support/api.ts';

function moment(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve: () => resolve() };
}

/** An endpoint that waits until its request's signal aborts, and tells the test when it begins and ends. */
function waitingEndpoint() {
  const begun = moment();
  const ended = moment();
  return {
    begun: begun.promise,
    ended: ended.promise,
    spec: endpoint({
      method: 'get',
      path: '/probe/wait',
      summary: 'Waits until it is told to stop',
      auth: everyone,
      may: 'public',
      input: {},
      replies: { 204: empty },
      errors: [],
      async handle({ request: { signal } }) {
        begun.resolve();
        if (!signal.aborted) await once(signal, 'abort');
        ended.resolve();
        return { status: 204, body: undefined };
      },
    }),
  };
}

describe('a request that waits', () => {
  it('stops waiting when its client goes away', async () => {
    const waiting = waitingEndpoint();
    const api: TestApi = await startTestApi({ endpoints: [waiting.spec] });
    const client = new AbortController();
    const reply = api.call('get', '/probe/wait', { signal: client.signal });
    await waiting.begun;
    client.abort();
    await assert.rejects(reply, { name: 'AbortError' });
    await waiting.ended;
    await api.close();
  });

  it('is told to stop when the API closes, and still gets its reply', async () => {
    const waiting = waitingEndpoint();
    const api = await startTestApi({ endpoints: [waiting.spec] });
    const reply = api.call('get', '/probe/wait');
    await waiting.begun;
    const closed = api.close();
    assert.equal((await reply).status, 204);
    await closed;
    await assert.rejects(fetch(`${api.url}/probe/wait`), /fetch failed/);
  });
});
