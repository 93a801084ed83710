import assert from 'node:assert/strict';
import { everyone } from '../../../api/actors.ts';
import { endpoint, stream } from '../../../api/endpoint.ts';
import { startTestApi, type TestApi } from '../../support/api.ts';
import { until } from '../../support/temporal-until.ts';

describe('a reply that is a stream', () => {
  let api: TestApi;
  let ended = 0;

  async function* endless(): AsyncGenerator<string> {
    try {
      for (;;) yield await Promise.resolve('x'.repeat(1000));
    } finally {
      ended += 1;
    }
  }
  async function* broken(): AsyncGenerator<string> {
    yield await Promise.resolve('one\n');
    throw new Error('the second page cannot be read');
  }
  const probe = (path: string, body: () => AsyncIterable<string>) =>
    endpoint({
      method: 'get',
      path,
      summary: path,
      auth: everyone,
      may: 'public',
      input: {},
      replies: { 200: stream('text/plain') },
      errors: [],
      handle: () => Promise.resolve({ status: 200 as const, body: body() }),
    });

  before(async () => {
    api = await startTestApi({ endpoints: [probe('/endless', endless), probe('/broken', broken)] });
  });
  after(() => api.close());

  it('stops being made when the client goes away', async () => {
    const gone = new AbortController();
    const reply = await fetch(`${api.url}/endless`, { signal: gone.signal });
    assert.equal(reply.headers.get('content-type'), 'text/plain');
    gone.abort();
    await until('the end of the stream', () => ended === 1);
  });

  it('cuts the connection when it cannot be finished: a part is not taken for the whole', async () => {
    const reply = await fetch(`${api.url}/broken`);
    await assert.rejects(reply.text(), /terminated/);
  });

  it('has no body for HEAD', async () => {
    const reply = await fetch(`${api.url}/endless`, { method: 'HEAD' });
    assert.deepEqual([reply.status, await reply.text()], [200, '']);
  });
});
