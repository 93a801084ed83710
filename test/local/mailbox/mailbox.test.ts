import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { type Mailbox, startMailbox } from '../../../local/mailbox/server.ts';

interface Listed {
  readonly id: string;
  readonly to: string[];
  readonly from: string;
  readonly subject: string;
  readonly receivedAt: string;
  readonly text: string;
}

describe('the local mailbox', () => {
  let dir: string;
  let mailbox: Mailbox;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tenon-mail-'));
    mailbox = await startMailbox({ dir, port: 0, smtpPort: 0 });
  });

  afterEach(async () => {
    await mailbox.stop();
    await rm(dir, { recursive: true, force: true });
  });

  async function send(mail: { to: string; subject: string; text: string; html?: string; bcc?: string }): Promise<void> {
    const transport = createTransport(mailbox.smtpUrl);
    try {
      await transport.sendMail({ from: 'Tenon <no-reply@tenon.local>', ...mail });
    } finally {
      transport.close();
    }
  }

  async function list(to?: string): Promise<Listed[]> {
    const query = to === undefined ? '' : `?to=${encodeURIComponent(to)}`;
    return (await (await fetch(`${mailbox.url}/api/messages${query}`)).json()) as Listed[];
  }

  async function page(path: string): Promise<{ status: number; html: string; policy: string }> {
    const response = await fetch(`${mailbox.url}${path}`);
    return {
      status: response.status,
      html: await response.text(),
      policy: response.headers.get('content-security-policy') ?? '',
    };
  }

  it('keeps a mail as a file and gives it back as JSON, newest first', async () => {
    await send({
      to: 'Ann@example.test',
      subject: 'Erste — mit Ümlaut',
      text: 'Grüße, http://localhost:3000/x?a=1&b=2\n',
    });
    await send({ to: 'bob@example.test', subject: 'second', text: 'two' });
    const files = await readdir(dir);
    assert.equal(files.length, 2);
    assert.ok(files.every((name) => name.endsWith('.eml')));
    const [second, first] = await list();
    assert.equal(second?.subject, 'second');
    assert.deepEqual(
      { ...first, id: undefined, receivedAt: undefined },
      {
        id: undefined,
        to: ['Ann@example.test'],
        from: 'no-reply@tenon.local',
        subject: 'Erste — mit Ümlaut',
        receivedAt: undefined,
        text: 'Grüße, http://localhost:3000/x?a=1&b=2\n',
      },
    );
    assert.ok(!Number.isNaN(Date.parse(first?.receivedAt ?? '')));
  });

  it('finds mails by the address they were delivered to, in any case, hidden copies too', async () => {
    await send({ to: 'ann@example.test', bcc: 'hidden@example.test', subject: 'one', text: '1' });
    await send({ to: 'bob@example.test', subject: 'two', text: '2' });
    assert.deepEqual(
      (await list('ANN@example.test')).map((mail) => mail.subject),
      ['one'],
    );
    assert.deepEqual(
      (await list('hidden@example.test')).map((mail) => mail.subject),
      ['one'],
    );
    assert.deepEqual(await list('nobody@example.test'), []);
  });

  it('is not misled by a Delivered-To header that the sender wrote', async () => {
    const transport = createTransport(mailbox.smtpUrl);
    await transport.sendMail({
      envelope: { from: 'a@example.test', to: 'real@example.test' },
      raw: 'Delivered-To: other@example.test\r\nSubject: forged\r\n\r\nhello\r\n',
    });
    transport.close();
    assert.deepEqual((await list())[0]?.to, ['real@example.test']);
  });

  it('shows hostile content without running or loading anything', async () => {
    const html = '<script>alert(1)</script><img src="http://evil.test/x.png">';
    await send({ to: 'ann@example.test', subject: '<b>"subject"</b>', text: '<script>alert(2)</script>', html });
    const [mail] = await list();
    const overview = await page('/');
    assert.match(overview.html, /&lt;b&gt;&quot;subject&quot;&lt;\/b&gt;/);
    const view = await page(`/messages/${mail?.id}`);
    assert.doesNotMatch(view.html, /<script/);
    assert.match(view.html, /<iframe[^>]* sandbox="allow-popups allow-popups-to-escape-sandbox"/);
    assert.match(view.policy, /default-src 'none'/);
    const part = await page(`/messages/${mail?.id}/html`);
    assert.match(part.policy, /^sandbox allow-popups .*default-src 'none'/);
    const source = await fetch(`${mailbox.url}/messages/${mail?.id}.eml`);
    assert.equal(source.headers.get('content-type'), 'text/plain; charset=utf-8');
    assert.match(await source.text(), /^Return-Path: <no-reply@tenon.local>\r\n/);
  });

  it('answers 404 to unknown mails and to paths that leave the folder', async () => {
    for (const path of [
      '/messages/20250101T000000000Z-00000000',
      '/messages/..%2f..%2fsecrets',
      '/messages/x.eml',
      '/other',
    ]) {
      assert.equal((await page(path)).status, 404, path);
    }
  });

  it('refuses a page of another site, by name and by origin', async () => {
    const foreign = await fetch(mailbox.url, { headers: { origin: 'https://evil.test' } });
    assert.equal(foreign.status, 403);
  });

  it('keeps mails over a restart and forgets them when asked to', async () => {
    await send({ to: 'ann@example.test', subject: 'kept', text: 'x' });
    await mailbox.stop();
    mailbox = await startMailbox({ dir, port: 0, smtpPort: 0 });
    assert.deepEqual(
      (await list()).map((mail) => mail.subject),
      ['kept'],
    );
    const response = await fetch(`${mailbox.url}/api/messages`, { method: 'DELETE' });
    assert.equal(response.status, 204);
    assert.deepEqual(await list(), []);
    assert.deepEqual(await readdir(dir), []);
  });
});
