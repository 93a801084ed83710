import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { eventually } from '../support/eventually.ts';
import { startFaultProxy, type FaultProxy } from './proxy.ts';

interface Side {
  readonly socket: Socket;
  text: string;
  /** Undefined while it is open, then the code of what closed it, or `end`. */
  closed: string | undefined;
}

function watch(socket: Socket): Side {
  const side: Side = { socket, text: '', closed: undefined };
  socket.on('data', (bytes) => (side.text += bytes.toString('latin1')));
  socket.on('error', (error: NodeJS.ErrnoException) => (side.closed = error.code ?? error.message));
  socket.on('end', () => (side.closed ??= 'end'));
  return side;
}

describe('the proxy that makes the network bad', () => {
  let server: Server;
  let served: Side[];
  let proxy: FaultProxy;
  const sockets: Socket[] = [];
  before(async () => {
    server = createServer((socket) => void served.push(watch(socket))).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => server.close());
  beforeEach(async () => {
    served = [];
    proxy = await startFaultProxy({ port: (server.address() as AddressInfo).port });
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await proxy.close();
  });

  async function talkAnew(): Promise<Side> {
    const side = watch(connect(proxy.port, '127.0.0.1'));
    sockets.push(side.socket);
    await once(side.socket, 'connect');
    return side;
  }

  async function talk(): Promise<{ client: Side; far: Side }> {
    served = [];
    const client = await talkAnew();
    client.socket.write('hello');
    const far = await eventually('the server hears the client', async () => served.find(({ text }) => text !== ''));
    return { client, far };
  }
  const hears = (side: Side, text: string): Promise<unknown> =>
    eventually(`“${text}” arrives`, async () => side.text === text);
  const closes = (side: Side): Promise<string> => eventually('the connection closes', async () => side.closed);

  it('is not noticed when it is told nothing: bytes, ends and resets pass', async () => {
    const { client, far } = await talk();
    far.socket.write('world');
    await hears(client, 'world');
    client.socket.end('bye');
    assert.equal(await closes(far), 'end');
    assert.equal(far.text, 'hellobye');
    await eventually('the pair is forgotten', async () => proxy.open === 0);
    const next = await talk();
    next.far.socket.resetAndDestroy();
    assert.equal(await closes(next.client), 'ECONNRESET');
  });

  it('delays each piece by latency and jitter, in order', async () => {
    const { client, far } = await talk();
    proxy.set({ down: { latencyMs: 80, jitterMs: 40 } });
    const startedAt = performance.now();
    for (const piece of ['1', '2', '3', '4']) far.socket.write(piece);
    client.socket.write('quick');
    await hears(far, 'helloquick');
    await hears(client, '1234');
    assert.ok(performance.now() - startedAt >= 79); // never sooner; later is the machine's affair
  });

  it('lets no more bytes a second pass than it is told', async () => {
    const { client, far } = await talk();
    proxy.set({ up: { bytesPerSecond: 1_000 } });
    const startedAt = performance.now();
    client.socket.write('x'.repeat(150));
    await hears(far, `hello${'x'.repeat(150)}`);
    assert.ok(performance.now() - startedAt >= 149); // as above
  });

  it('resets open connections on both sides', async () => {
    const { client, far } = await talk();
    proxy.reset();
    assert.deepEqual([await closes(client), await closes(far)], ['ECONNRESET', 'ECONNRESET']);
    await talk();
  });

  it('cuts a connection after so many bytes', async () => {
    const { client, far } = await talk();
    proxy.set({ up: { cutAfterBytes: 4 } });
    client.socket.write('123456');
    assert.equal(await closes(client), 'ECONNRESET');
    await closes(far);
    assert.ok('hello1234'.startsWith(far.text), far.text);
  });

  it('swallows everything while both sides stay connected, and lets what lost something never speak again', async () => {
    const { client, far } = await talk();
    proxy.set({ swallow: true });
    client.socket.write('lost');
    far.socket.write('lost too');
    const deaf = await talkAnew(); // accepted, and then nothing
    deaf.socket.end('lost');
    proxy.set({});
    client.socket.write('still lost');
    const next = await talkAnew();
    next.socket.end('heard');
    await eventually('a new connection is heard', async () => served.find(({ text }) => text === 'heard'));
    assert.deepEqual([client.text, client.closed, far.text, far.closed], ['', undefined, 'hello', undefined]);
    assert.equal(deaf.closed, undefined);
  });

  it('refuses new connections and leaves the open ones alone', async () => {
    const { client, far } = await talk();
    proxy.set({ refuse: true });
    const refused = watch(connect(proxy.port, '127.0.0.1'));
    sockets.push(refused.socket);
    assert.equal(await closes(refused), 'ECONNRESET');
    client.socket.write('!');
    await hears(far, 'hello!');
  });

  it('loses a request, or only its answer, at a named place of the conversation, once', async () => {
    const lost = proxy.resetAt([/begin/, /commit/], 'request');
    const first = await talk();
    first.client.socket.write('commit too early');
    await hears(first.far, 'hellocommit too early');
    first.client.socket.write('begin');
    await hears(first.far, 'hellocommit too earlybegin');
    first.client.socket.write('commit');
    await lost;
    await closes(first.client);
    assert.equal(first.far.text, 'hellocommit too earlybegin');

    served = [];
    const unheard = proxy.resetAt([/commit/], 'answer');
    const second = await talk();
    second.client.socket.write('commit');
    await hears(second.far, 'hellocommit');
    second.far.socket.write('done');
    await unheard;
    assert.equal(await closes(second.client), 'ECONNRESET');
    assert.equal(second.client.text, '');

    const third = await talk();
    third.client.socket.write('commit');
    third.far.socket.write('done');
    await hears(third.client, 'done');
  });
});
