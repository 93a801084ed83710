import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resendSender } from '../../../adapters/mail/resend.ts';
import type { MailMessage } from '../../../adapters/mail/smtp.ts';
import { openUnit } from '../../../core/database.ts';
import { anonymous } from '../../../domain/identity/actor.ts';

const apiKey = 're_key_of_a_test_0123456789';
const message: MailMessage = {
  messageId: '<5f0c9d9e-0000-4000-8000-000000000001@tenon.example>',
  from: 'Tenon <no-reply@tenon.example>',
  to: 'ada@candidate.example',
  subject: "You're invited: Müller & Söhne",
  text: 'Hello\n',
  html: '<p>Hello</p>',
};

interface Asked {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

describe('sending by Resend', () => {
  const closers: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  /** An API that answers as told, and what it was asked. */
  async function startApi(answer: (reply: ServerResponse) => void): Promise<{ apiBase: string; asked: Asked[] }> {
    const asked: Asked[] = [];
    const server = createServer((request, reply) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
        asked.push({ path: request.url, headers: request.headers, body });
        answer(reply);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    });
    return { apiBase: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
  }

  const answering = (status: number, body: object | string) =>
    startApi((reply) => reply.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body)));
  const outcomeOf = async (status: number, body: object | string) =>
    resendSender({ apiKey, ...(await answering(status, body)) }).send(message);

  it('asks once, with the key of the mail, and takes the provider’s id', async () => {
    const { apiBase, asked } = await answering(200, { id: 'prov-1' });
    const sender = resendSender({ apiKey, apiBase });
    assert.deepEqual(await sender.send(message), { outcome: 'sent', providerMessageId: 'prov-1' });
    assert.deepEqual(await sender.send(message), { outcome: 'sent', providerMessageId: 'prov-1' });
    const [first, second] = asked;
    assert.equal(first?.path, '/emails');
    assert.equal(first.headers['authorization'], `Bearer ${apiKey}`);
    assert.equal(first.headers['idempotency-key'], 'email/5f0c9d9e-0000-4000-8000-000000000001');
    assert.equal(second?.headers['idempotency-key'], first.headers['idempotency-key']);
    const { messageId, to, ...rest } = message;
    assert.deepEqual(first.body, { ...rest, to: [to], headers: { 'Message-ID': messageId } });
  });

  it('takes an acceptance that cannot be read for one', async () => {
    assert.deepEqual(await outcomeOf(200, 'not json'), { outcome: 'sent' });
  });

  for (const status of [400, 413, 422]) {
    it(`takes ${status} for a refusal of this mail`, async () => {
      const body = { statusCode: status, name: 'validation_error', message: 'Invalid `to` field' };
      const reason = `${status} validation_error Invalid \`to\` field`;
      assert.deepEqual(await outcomeOf(status, body), { outcome: 'refused', retryable: false, reason });
    });
  }

  for (const status of [401, 403, 404, 429]) {
    it(`takes ${status} for a refusal that may pass`, async () => {
      const outcome = await outcomeOf(status, { name: 'n', message: 'm' });
      assert.deepEqual(outcome, { outcome: 'refused', retryable: true, reason: `${status} n m` });
    });
  }

  it('does not know after a 5xx, a lost connection, silence or a redirect, and may ask again', async () => {
    for (const status of [500, 503]) {
      const outcome = await outcomeOf(status, '<html>');
      assert.deepEqual(outcome, { outcome: 'unknown', repeatable: true, reason: String(status) });
    }
    const dead = await startApi((reply) => reply.destroy());
    const silent = await startApi(() => undefined);
    const cut = await startApi((reply) => {
      reply.writeHead(200, { 'content-length': '100' }).write('{"id":');
      setImmediate(() => reply.destroy());
    });
    const elsewhere = await startApi((reply) => reply.writeHead(307, { location: 'http://127.0.0.1:1/' }).end());
    for (const { apiBase } of [dead, silent, cut, elsewhere]) {
      const { outcome, ...rest } = await resendSender({ apiKey, apiBase, timeoutMs: 300 }).send(message);
      assert.equal(outcome, 'unknown');
      assert.equal('repeatable' in rest && rest.repeatable, true);
    }
  });

  it('knows that what could not be reached has not taken it', async () => {
    const { apiBase } = await answering(200, {});
    for (const close of closers.splice(0)) await close();
    const outcome = await resendSender({ apiKey, apiBase }).send(message);
    assert.deepEqual(outcome, { outcome: 'refused', retryable: true, reason: 'ECONNREFUSED' });
  });

  it('tells an attempt that is under way from one that was taken in other words', async () => {
    for (const [name, repeatable] of [
      ['concurrent_idempotent_requests', true],
      ['invalid_idempotent_request', false],
    ] as const) {
      const outcome = await outcomeOf(409, { name });
      assert.deepEqual(outcome, { outcome: 'unknown', repeatable, reason: `409 ${name}` });
    }
  });

  it('never repeats its key in a reason', async () => {
    const outcome = await outcomeOf(401, { name: 'invalid', message: `API key ${apiKey} is invalid` });
    assert.deepEqual(outcome, {
      outcome: 'refused',
      retryable: true,
      reason: '401 invalid API key [redacted] is invalid',
    });
  });

  it('asks nothing for what is no address, and refuses to be called in a unit of work', async () => {
    const { apiBase, asked } = await answering(200, { id: 'x' });
    const sender = resendSender({ apiKey, apiBase });
    for (const to of ['a@b.test, c@d.test', 'a@b.test\r\nBcc: c@d.test', 'Ada <a@b.test>', ''])
      assert.deepEqual(await sender.send({ ...message, to }), {
        outcome: 'refused',
        retryable: false,
        reason: 'Not a mail address',
      });
    await openUnit.run({ tx: {} as never, actor: anonymous }, () =>
      assert.rejects(sender.send(message), /unit of work/),
    );
    assert.deepEqual(asked, []);
  });
});
