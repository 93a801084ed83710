import assert from 'node:assert/strict';
import { mailActivities } from '../../../activities/mail.ts';
import type { MailMessage } from '../../../adapters/mail/smtp.ts';
import { readSettings } from '../../../core/settings.ts';
import type { AccountLinkKind } from '../../../domain/identity/account-link.ts';
import type { UserActor } from '../../../domain/identity/actor.ts';
import { hashSecret } from '../../../core/tokens.ts';
import { closeLinks, mailAccountLink } from '../../../services/identity/account-links.ts';
import { resetDatabase, type TestDatabase } from '../../support/database.ts';
import { makeUser } from '../../support/factories-identity.ts';
import { testEnvironment } from '../../support/settings.ts';

const settings = readSettings(testEnvironment({ TENON_ACCOUNT_PORTAL_URL: 'https://portal.example/account' }));

describe('a mail about an account', () => {
  let database: TestDatabase;
  let user: UserActor;
  let sent: MailMessage[];
  before(async () => {
    database = await resetDatabase();
    user = await makeUser({ email: 'ada@example.com', name: 'Ada' });
  });
  beforeEach(() => void (sent = []));

  async function request(kind: AccountLinkKind): Promise<string> {
    await database.uow.write(user, (uow) =>
      mailAccountLink(uow, { userId: user.userId, email: user.email, kind }, settings),
    );
    const [row] = await database.rows<{ id: string }>('select id from emails order by created_at desc limit 1');
    return row?.id ?? assert.fail('no mail was queued');
  }

  const send = (emailId: string) =>
    mailActivities({
      ...settings,
      units: database.uow,
      from: 'Tenon <no-reply@tenon.example>',
      mail: {
        send(message) {
          sent.push(message);
          return Promise.resolve({ outcome: 'sent' });
        },
      },
    }).sendEmail({ orgId: user.orgId, emailId });

  for (const kind of ['verify_email', 'reset_password', 'accept_invitation'] as const) {
    it(`(${kind}) carries the link behind a #, names person and organisation, and leaves once`, async () => {
      const emailId = await request(kind);
      assert.deepEqual(await send(emailId), { status: 'sent' });
      const { to, text, html } = sent[0] ?? assert.fail('nothing was sent');
      assert.equal(to, 'ada@example.com');
      const [, token = ''] = new RegExp(`https://portal\\.example/account#${kind}=([\\w-]{43})\n`).exec(text) ?? [];
      const [link] = await database.rows<{ token_hash: Buffer }>(
        'select token_hash from account_links where kind = $1 and used_at is null',
        [kind],
      );
      assert.ok(link?.token_hash.equals(hashSecret(token)));
      assert.ok(html.includes(`#${kind}=${token}`));
      for (const form of [text, html]) assert.ok(form.includes('Ada') && form.includes(' UTC'));
      const dump = await database.rows('select e::text, o::text from emails e, outbox o');
      assert.ok(!JSON.stringify(dump).includes(token), 'the token is in a row');
      assert.deepEqual(await send(emailId), { status: 'sent' });
      assert.equal(sent.length, 1);
    });
  }

  it('is not sent once its link is used, replaced or expired, or the account is deactivated', async () => {
    const skips = async (change: (emailId: string) => Promise<unknown>): Promise<void> => {
      const emailId = await request('reset_password');
      await change(emailId);
      assert.deepEqual(await send(emailId), { status: 'skipped' });
    };
    await skips(() => database.uow.write(user, () => closeLinks(user.userId, 'reset_password')));
    await skips(() => request('reset_password'));
    await skips(() => database.rows(`update account_links set expires_at = now()`));
    await skips(() => database.rows('update users set is_active = false'));
    assert.deepEqual(sent, []);
  });
});
