import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DeliveryLog } from '../../../adapters/github/watch.ts';
import { testDatabase } from '../../support/database.ts';
import { watchOf } from '../../support/github-watch.ts';
import { systemActor } from '../../../domain/identity/actor.ts';

/** A GitHub that says what a test wants, also what the local one cannot. */
describe('GitHub’s log of deliveries', () => {
  const webhookUrl = 'https://tenon.example/api/github/webhooks';
  const hooks = [
    { id: 6, active: false, config: { url: webhookUrl } },
    { id: 7, active: true, config: { url: `${webhookUrl}/other` } },
    { id: 8, active: true, config: { url: 'https://TENON.example:443/api/github/webhooks' } },
  ];
  const item = (id: string, guid = `guid-${id}`): string =>
    `{"id": ${id}, "guid": "${guid}", "delivered_at": "2026-01-01T00:00:00Z", "event": "push", "action": null}`;
  const asked: string[] = [];
  let deliveries = '[]';
  let link = '';
  let server: http.Server;
  let url: string;

  before(async () => {
    server = http.createServer((request, response) => {
      asked.push(request.url ?? '');
      const isList = /\/hooks\?/.test(request.url ?? '');
      response.writeHead(200, { 'content-type': 'application/json', ...(link && { link }) });
      response.end(isList ? JSON.stringify(hooks) : deliveries);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  beforeEach(() => {
    asked.length = 0;
    link = '';
  });

  const watch = (address = webhookUrl) => watchOf({ apiUrl: url, token: 'token-of-a-test' }, address);
  const open = async (): Promise<DeliveryLog> => {
    const found = await watch().findDeliveryLog();
    assert.ok(found);
    return found;
  };

  it('is that of the active hook that sends to our address', async () => {
    assert.equal((await open()).hook, '/orgs/tenon-hire-dev/hooks/8');
    assert.equal(await watch('https://elsewhere.example/').findDeliveryLog(), null);
  });

  it('tells apart ids that JSON’s numbers cannot, and pages by cursor', async () => {
    deliveries = `[${item('9223372036854775807')}, ${item('9223372036854775806')}]`;
    link = `<${url}/orgs/tenon-hire-dev/hooks/8/deliveries?per_page=50&cursor=v1_6>; rel="next"`;
    const { deliveries: read, next } = await (await open()).page('v1_9');
    assert.deepEqual(
      read.map(({ id, guid }) => [id, guid]),
      [
        ['9223372036854775807', 'guid-9223372036854775807'],
        ['9223372036854775806', 'guid-9223372036854775806'],
      ],
    );
    assert.equal(next, 'v1_6');
    assert.match(asked.at(-1) ?? '', /[?&]cursor=v1_9(&|$)/);
    link = '';
    assert.equal((await (await open()).page(null)).next, null);
  });

  it('is an outage when it is not what GitHub describes', async () => {
    const found = await open();
    for (const text of ['{}', '[{"id": 1}]', `[${item('1').replace('2026', 'never')}]`, '[null]', '<html>']) {
      deliveries = text;
      await assert.rejects(found.page(null), { code: 'GITHUB_UNAVAILABLE' }, text);
    }
  });

  it('is not read inside a unit of work', async () => {
    const { uow } = await testDatabase();
    const inside = uow.read(systemActor('0d9f1a52-7f3e-4a43-9a52-3a1d8f7c0001', 'test'), () =>
      watch().findDeliveryLog(),
    );
    await assert.rejects(inside, /inside an open unit of work/);
  });
});
