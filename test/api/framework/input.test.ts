import assert from 'node:assert/strict';
import { startTestApi, type TestApi } from '../../support/api.ts';
import { echo, form, optionalBody, raw, strictBody } from './probes.ts';

interface Refusal {
  readonly detail: string;
  readonly error: string;
  readonly errorCode: string;
  readonly issues: readonly { readonly loc: readonly unknown[]; readonly msg: string; readonly type: string }[];
}

describe('the input of an endpoint', () => {
  let api: TestApi;
  before(async () => {
    api = await startTestApi({ endpoints: [echo, optionalBody, strictBody, form, raw] });
  });
  after(() => api.close());

  const post = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    api.call<Refusal>('post', '/probe/echo/7', { body, headers });

  it('comes converted, with defaults, and without unknown fields', async () => {
    const { status, body, headers } = await api.call('post', '/probe/echo/7?loud=true&unknown=1', {
      headers: { 'x-probe': '3' },
      body: { title: '  Backend ', extra: 1, inner: { tags: ['a'], extra: 2 }, free: { any: { thing: [1] } } },
    });
    assert.equal(status, 201);
    assert.equal(headers.get('location'), '/probe/echo/7');
    assert.deepEqual(body, {
      id: 7,
      loud: true,
      probe: 3,
      body: { title: 'Backend', count: 1, inner: { tags: ['a'] }, free: { any: { thing: [1] } } },
      key: '',
      hash: '',
    });
  });

  it('is refused with every issue of every part, and the first one in words', async () => {
    const { status, body } = await api.call<Refusal>('post', '/probe/echo/none?loud=maybe', {
      headers: { 'x-probe': 'x' },
      body: { count: 0, inner: { tags: ['fine', 'too long'] } },
    });
    assert.equal(status, 422);
    assert.equal(body.errorCode, 'VALIDATION_ERROR');
    assert.equal(body.detail, 'id must be a number');
    assert.equal(body.error, body.detail);
    assert.deepEqual(
      body.issues.map(({ loc }) => loc),
      [
        ['path', 'id'],
        ['query', 'loud'],
        ['header', 'x-probe'],
        ['body', 'title'],
        ['body', 'count'],
        ['body', 'inner', 'tags', 1],
      ],
    );
    assert.deepEqual(body.issues[3], { loc: ['body', 'title'], msg: 'title is required', type: 'any.required' });
    assert.match(body.issues[5]?.msg ?? '', /^inner\.tags\[1\] length must be/);
  });

  it('names the body when that is what is wrong', async () => {
    for (const body of [[1], 'null', '"text"']) {
      const reply = await post(body);
      assert.equal(reply.status, 422);
      assert.equal(reply.body.detail, 'body must be of type object');
      assert.deepEqual(reply.body.issues[0]?.loc, ['body']);
    }
  });

  it('may leave the body out where no field is required, whatever its type', async () => {
    assert.equal((await api.call('put', '/probe/optional')).status, 204);
    assert.equal((await api.call('put', '/probe/optional', { headers: { 'content-type': 'text/plain' } })).status, 204);
    assert.equal((await post(undefined)).body.detail, 'title is required');
  });

  it('is refused for unknown fields only where the schema says so', async () => {
    const { status, body } = await api.call<Refusal>('patch', '/probe/strict', { body: { other: 1 } });
    assert.equal(status, 422);
    assert.equal(body.detail, 'other is not allowed');
  });

  it('is JSON and nothing else: 415', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) {
      const reply = await post('{"title":"x"}', { 'content-type': type });
      assert.equal(reply.status, 415);
      assert.equal(reply.body.errorCode, 'UNSUPPORTED_MEDIA_TYPE');
    }
    assert.equal((await post('zipped', { 'content-encoding': 'gzip' })).status, 415);
    assert.equal((await post('{"title":"x"}', { 'content-type': 'application/vnd.api+json' })).status, 201);
  });

  it('that is no JSON, or no UTF-8, is a 400', async () => {
    for (const body of ['{"title":', '{"title":"x"} trailing', Buffer.from([0x22, 0xff, 0x22])]) {
      const reply = await post(body);
      assert.equal(reply.status, 400);
      assert.equal(reply.body.errorCode, 'MALFORMED_BODY');
    }
  });

  it('above 1 MiB is a 413, whether it says its length or not', async () => {
    const big = `{"title":"${'x'.repeat(1024 * 1024)}"}`;
    const announced = await post(big);
    assert.equal(announced.status, 413);
    assert.equal(announced.body.errorCode, 'PAYLOAD_TOO_LARGE');
    assert.equal(announced.body.detail, 'Request body too large');
    const response = await fetch(`${api.url}/probe/echo/7`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Blob([big]).stream(),
      duplex: 'half',
    });
    assert.equal(response.status, 413);
    await response.body?.cancel();
  });

  it('just below 1 MiB is read', async () => {
    const padded = JSON.stringify({ title: 'x', free: { pad: 'y'.repeat(1024 * 1024 - 100) } });
    assert.equal((await post(padded)).status, 201);
  });

  it('holds no text that the database cannot keep', async () => {
    for (const title of ['a\0b', 'half a pair \ud800']) {
      const reply = await post({ title });
      assert.equal(reply.status, 422);
      assert.deepEqual(reply.body.issues[0]?.loc, ['body', 'title']);
      assert.match(reply.body.detail, /^title holds characters/);
    }
    assert.equal((await post({ title: 'x', free: { ['\0']: 1 } })).status, 422);
    assert.equal((await api.call('post', '/probe/echo/%00', { body: { title: 'x' } })).status, 422);
    assert.equal((await api.call('post', '/probe/echo/7?loud=%00', { body: { title: 'x' } })).status, 422);
    assert.equal((await post({ title: 'whole pair 😀' })).status, 201);
  });

  it('is not nested beyond reason', async () => {
    const deep = `{"title":"x","free":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`;
    const reply = await post(deep);
    assert.equal(reply.status, 422);
    assert.match(reply.body.detail, /nested too deeply/);
  });

  it('cannot set a prototype', async () => {
    const reply = await post('{"title":"x","free":{"__proto__":{"admin":true},"kept":1}}');
    assert.equal(reply.status, 422);
    assert.equal(reply.body.detail, 'free has a key that is not allowed');
  });

  it('may be a form, and its refusal a 400 where the context says so', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const reply = await api.call<string>('post', '/probe/form', { headers, body: 'name=Ada+Lovelace&x=1' });
    assert.equal(reply.body, 'Ada Lovelace');
    const refused = await api.call<Refusal>('post', '/probe/form', { headers, body: '' });
    assert.equal(refused.status, 400);
    assert.equal(refused.body.errorCode, 'VALIDATION_ERROR');
    assert.equal((await api.call('post', '/probe/form', { body: {} })).status, 415);
  });

  it('may be bytes with a limit of their own', async () => {
    const headers = { 'content-type': 'application/octet-stream' };
    const bytes = Buffer.from([0, 255, 1]);
    assert.equal((await api.call('post', '/probe/raw', { headers, body: bytes })).body, '3');
    assert.equal((await api.call('post', '/probe/raw', { headers, body: 'x'.repeat(17) })).status, 413);
  });
});

describe('Idempotency-Key', () => {
  let api: TestApi;
  before(async () => {
    api = await startTestApi({ endpoints: [echo] });
  });
  after(() => api.close());

  const send = async (
    key: string,
    id: number,
    body: object,
  ): Promise<{ status: number; key: unknown; hash: unknown }> => {
    const options = { headers: { 'idempotency-key': key }, body };
    const { status, body: sent } = await api.call('post', `/probe/echo/${id}`, options);
    return { status, key: sent['key'], hash: sent['hash'] };
  };

  it('reaches the handler with a hash of path and body, whatever the order of keys', async () => {
    const first = await send('k-1', 1, { title: 'x', count: 2 });
    const same = await send('k-1', 1, { count: 2, title: 'x' });
    assert.equal(first.key, 'k-1');
    assert.match(String(first.hash), /^[0-9a-f]{64}$/);
    assert.equal(same.hash, first.hash);
    assert.notEqual((await send('k-1', 2, { title: 'x', count: 2 })).hash, first.hash);
    assert.notEqual((await send('k-1', 1, { title: 'y', count: 2 })).hash, first.hash);
  });

  it('of another shape than 1 to 255 printable characters is a 422', async () => {
    for (const key of ['', 'x'.repeat(256), 'caf\u00e9'])
      assert.equal((await send(key, 1, { title: 'x' })).status, 422);
  });
});
