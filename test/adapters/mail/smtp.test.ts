import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { smtpSender, type MailMessage } from '../../../adapters/mail/smtp.ts';
import { openUnit } from '../../../core/database.ts';
import { anonymous } from '../../../domain/identity/actor.ts';

const message: MailMessage = {
  messageId: '<5f0c9d9e-0000-4000-8000-000000000001@tenon.example>',
  from: 'Tenon <no-reply@tenon.example>',
  to: 'ada@candidate.example',
  subject: "You're invited: Müller & Söhne",
  text: 'Hello\n.\nthe line above is a lone dot\n',
  html: '<p>Hello</p>',
};

class Refusal extends Error {
  readonly responseCode: number;
  constructor(responseCode: number) {
    super('not now');
    this.responseCode = responseCode;
  }
}

describe('sending by SMTP', () => {
  const closers: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  /** A mail server; returns its URL and what it has taken. */
  async function startServer(options: SMTPServerOptions = {}): Promise<{ url: string; taken: string[] }> {
    const taken: string[] = [];
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData(stream, _session, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          taken.push(Buffer.concat(chunks).toString());
          done();
        });
      },
      ...options,
    });
    server.on('error', () => undefined); // a client that hangs up
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    closers.push(() => new Promise<void>((resolve) => server.close(resolve)));
    return { url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, taken };
  }

  /** A server that speaks just the lines given, one per client's line, and then hangs up. */
  async function startScript(lines: readonly string[]): Promise<string> {
    const sockets = new Set<Socket>();
    const server: Server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      const left = [...lines];
      const say = (): void => {
        const line = left.shift();
        if (line === undefined) socket.destroy();
        else socket.write(`${line}\r\n`);
      };
      say();
      socket.on('data', say);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    });
    return `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('hands over the whole mail, with its own message id', async () => {
    const { url, taken } = await startServer();
    assert.deepEqual(await smtpSender(url).send(message), { outcome: 'sent' });
    const [raw] = taken;
    const parsed = await PostalMime.parse(raw ?? '');
    assert.equal(parsed.messageId, message.messageId);
    assert.equal(parsed.subject, message.subject);
    assert.deepEqual(parsed.from, { name: 'Tenon', address: 'no-reply@tenon.example' });
    assert.deepEqual(
      parsed.to?.map(({ address }) => address),
      ['ada@candidate.example'],
    );
    assert.equal(parsed.text?.trim(), message.text.trim());
    assert.match(parsed.html ?? '', /<p>Hello<\/p>/);
  });

  it('logs in when the address has a user', async () => {
    let user: string | undefined;
    const { url, taken } = await startServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth(auth, _session, done) {
        user = auth.username;
        done(auth.password === 'pass word' ? null : new Refusal(535), { user: auth.username ?? '' });
      },
    });
    const withUser = url.replace('smtp://', 'smtp://mailer:pass%20word@');
    assert.deepEqual(await smtpSender(withUser).send(message), { outcome: 'sent' });
    assert.equal(user, 'mailer');
    assert.equal(taken.length, 1);
    const wrong = await smtpSender(url.replace('smtp://', 'smtp://mailer:wrong@')).send(message);
    assert(wrong.outcome === 'refused' && wrong.retryable, 'a wrong password is our fault, not the mail’s');
  });

  it('knows a refusal for now from one for good', async () => {
    for (const [code, retryable] of [
      [450, true],
      [550, false],
    ] as const) {
      const atRecipient = await startServer({ onRcptTo: (_address, _session, done) => done(new Refusal(code)) });
      const early = await smtpSender(atRecipient.url).send(message);
      assert(early.outcome === 'refused');
      assert.equal(early.retryable, retryable);
      const afterData = await startServer({
        onData(stream, _session, done) {
          stream.resume().on('end', () => done(new Refusal(code)));
        },
      });
      const late = await smtpSender(afterData.url).send(message);
      assert(late.outcome === 'refused');
      assert.equal(late.retryable, retryable);
    }
  });

  it('may try again when nobody answers, or the server hangs up before it asks for the mail', async () => {
    const scripts = [[], ['220 hello'], ['220 hello', '250 hi'], ['220 hello', '250 hi', '250 ok', '250 ok']];
    const urls = ['smtp://127.0.0.1:1', ...(await Promise.all(scripts.map(startScript)))];
    for (const url of urls) {
      const result = await smtpSender(url).send(message);
      assert(result.outcome === 'refused' && result.retryable, `${url}: ${JSON.stringify(result)}`);
    }
  });

  it('does not claim to know when the connection breaks after the mail was under way', async () => {
    const url = await startScript(['220 hello', '250 hi', '250 ok', '250 ok', '354 go on']);
    assert.equal((await smtpSender(url).send(message)).outcome, 'unknown');
  });

  it('lets no name or address end a header or add a recipient', async () => {
    const { url, taken } = await startServer();
    const sender = smtpSender(url);
    for (const to of ['a@b.example\r\nBcc: c@d.example', 'a@b.example, c@d.example', 'A <a@b.example>', 'nobody', '']) {
      const result = await sender.send({ ...message, to });
      assert(result.outcome === 'refused' && !result.retryable, to);
    }
    assert.equal(taken.length, 0);
    await sender.send({ ...message, subject: 'Hi\r\nBcc: c@d.example\r\n\r\nbody' });
    const parsed = await PostalMime.parse(taken[0] ?? '');
    assert.equal(parsed.bcc, undefined);
    assert.equal(parsed.text?.trim(), message.text.trim());
  });

  it('refuses to run inside a unit of work', async () => {
    const { url } = await startServer();
    await assert.rejects(
      openUnit.run({ tx: {} as never, actor: anonymous }, () => smtpSender(url).send(message)),
      /a mail inside an open unit of work/,
    );
  });
});
