import assert from 'node:assert/strict';
import { mailActivities } from '../../../activities/mail.ts';
import type { MailMessage, SendOutcome } from '../../../adapters/mail/smtp.ts';
import { readSettings } from '../../../core/settings.ts';
import { hashSecret } from '../../../core/tokens.ts';
import { systemActor, type UserActor } from '../../../domain/identity/actor.ts';
import type { CandidateSession } from '../../../models/candidate-session.ts';
import { beginEffect } from '../../../services/effects.ts';
import { requestEmail } from '../../../services/mail/email-requests.ts';
import type { EmailInput, EmailResult } from '../../../workflows/mail/email.contract.ts';
import { resetDatabase, type TestDatabase } from '../../support/database.ts';
import { makeSession, makeSimulation, type MadeSession } from '../../support/factories-hiring.ts';
import { makeUser } from '../../support/factories-identity.ts';
import { testEnvironment } from '../../support/settings.ts';

describe('sending a queued mail', () => {
  let database: TestDatabase;
  let user: UserActor;
  let session: MadeSession;
  let input: EmailInput;
  let outcomes: SendOutcome[];
  let sent: MailMessage[];
  /** As of a provider that recognises a double. */
  let keyLifeMs: number | undefined;

  before(async () => {
    database = await resetDatabase();
  });
  beforeEach(async () => {
    user = await makeUser();
    session = await makeSession(await makeSimulation(user));
    input = await request(session.session.generation);
    sent = [];
    outcomes = [];
    keyLifeMs = undefined;
  });

  async function request(generation: number): Promise<EmailInput> {
    const { id: sessionId, session: row, orgId } = session;
    const { emailId } = await database.uow.write(user, (uow) =>
      requestEmail(uow, { kind: 'invitation', sessionId, generation, toAddress: row.inviteEmail }),
    );
    return { orgId, emailId };
  }

  const activities = (linkKeys = readSettings(testEnvironment()).linkKeys) =>
    mailActivities({
      units: database.uow,
      from: 'Tenon <no-reply@tenon.example>',
      candidatePortalBaseUrl: 'https://portal.example',
      accountPortalUrl: 'https://portal.example/account',
      linkKeys,
      mail: {
        ...(keyLifeMs !== undefined && { keyLifeMs }),
        send(message) {
          sent.push(message);
          return Promise.resolve(outcomes.shift() ?? { outcome: 'sent' });
        },
      },
    });
  const send = (): Promise<EmailResult> => activities().sendEmail(input);
  const row = async () =>
    (
      await database.rows<{
        status: string;
        last_error: string | null;
        provider_message_id: string | null;
        sent_at: Date;
      }>('select status, last_error, provider_message_id, sent_at from emails where id = $1', [input.emailId])
    )[0];
  const effect = async () =>
    (await database.rows<{ state: string }>('select state from effects where key = $1', [`email/${input.emailId}`]))[0]
      ?.state;
  const change = (fields: Partial<CandidateSession>) =>
    database.uow.write(systemActor(session.orgId, 'test'), () => session.session.update(fields));

  it('queues the mail and its workflow in one commit', async () => {
    const messages = await database.rows<{ message: { start: { workflowId: string; ref: string; input: object } } }>(
      'select message from outbox where workflow_id = $1',
      [`email/${input.emailId}`],
    );
    assert.deepEqual(messages[0]?.message.start.input, input);
    assert.equal(messages[0].message.start.ref, `session-${session.id}`);
    assert.equal((await row())?.status, 'queued');
  });

  it('renders the link of the session’s life, sends once and records it; a second call sends nothing', async () => {
    assert.deepEqual(await send(), { status: 'sent' });
    assert.deepEqual(await send(), { status: 'sent' });
    const [message] = sent;
    assert.equal(sent.length, 1);
    assert.equal(message?.to, session.session.inviteEmail);
    assert.equal(message.messageId, `<${input.emailId}@tenon.example>`);
    const token = /https:\/\/portal\.example\/candidate\/session\/([\w-]{43})/.exec(message.text)?.[1] ?? '';
    assert.deepEqual(hashSecret(token), session.session.tokenHash);
    const stored = await row();
    assert.equal(stored?.status, 'sent');
    assert.equal(stored.provider_message_id, message.messageId);
    assert(stored.sent_at instanceof Date);
    assert.equal(await effect(), 'done');
  });

  it('stores the link nowhere', async () => {
    await send();
    const token = /session\/([\w-]{43})/.exec(sent[0]?.text ?? '')?.[1] ?? '';
    const tables = await database.rows<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public'`,
    );
    for (const { name } of tables) {
      const found = await database.rows(`select from ${name} t where t::text like $1`, [`%${token}%`]);
      assert.equal(found.length, 0, name);
    }
  });

  it('tries again after a refusal for now, with the same message id', async () => {
    outcomes = [{ outcome: 'refused', retryable: true, reason: '450 busy' }];
    await assert.rejects(send(), { name: 'ApplicationFailure', type: 'MAIL_SERVER_REFUSED' });
    assert.deepEqual(
      { status: (await row())?.status, error: (await row())?.last_error },
      { status: 'queued', error: '450 busy' },
    );
    assert.deepEqual(await send(), { status: 'sent' });
    assert.equal(sent[0]?.messageId, sent[1]?.messageId);
    assert.equal((await row())?.last_error, null);
  });

  it('leaves a mail that it has no link key for to a worker that has it', async () => {
    await assert.rejects(activities({}).sendEmail(input), /is not in TENON_LINK_KEYS/);
    assert.equal((await row())?.status, 'queued');
    assert.deepEqual(await send(), { status: 'sent' });
    assert.equal(sent.length, 1);
  });

  it('fails for good on a refusal for good', async () => {
    outcomes = [{ outcome: 'refused', retryable: false, reason: `550 no such user ${'x'.repeat(400)}` }];
    assert.deepEqual(await send(), { status: 'failed' });
    const stored = await row();
    assert.equal(stored?.status, 'failed');
    assert.equal(stored.last_error, `550 no such user ${'x'.repeat(183)}... (truncated)`);
    assert.deepEqual(await send(), { status: 'failed' });
    assert.equal(sent.length, 1);
  });

  it('keeps what the server said only as far as it can be stored', async () => {
    const reason = `550 no\u0000 ${'x'.repeat(191)}\u{1F600}${'y'.repeat(9)}`; // the limit falls between the two halves
    outcomes = [{ outcome: 'refused', retryable: false, reason }];
    assert.deepEqual(await send(), { status: 'failed' });
    const stored = await row();
    assert.match(stored?.last_error ?? '', /^550 no x{191}/);
    assert.doesNotMatch(stored?.last_error ?? '', /\p{Cs}/u);
    await activities().recordEmailFailure({ ...input, reason });
  });

  it('never repeats what may have been sent', async () => {
    outcomes = [{ outcome: 'unknown', repeatable: false, reason: 'Connection closed' }];
    assert.deepEqual(await send(), { status: 'failed' });
    assert.equal(await effect(), 'unknown');
    assert.deepEqual(await send(), { status: 'failed' });
    assert.equal(sent.length, 1);
  });

  it('does not send again after a worker died with the mail in hand, and says so', async () => {
    await database.rows(`insert into effects (org_id, key, state) values ($1, $2, 'intent')`, [
      input.orgId,
      `email/${input.emailId}`,
    ]);
    assert.deepEqual(await send(), { status: 'failed' });
    assert.equal(sent.length, 0);
    assert.equal(await effect(), 'unknown');
    assert.match((await row())?.last_error ?? '', /without an answer/);
  });

  describe('by a provider that recognises a double', () => {
    beforeEach(() => {
      keyLifeMs = 3_600_000;
    });
    const makeOlder = () =>
      database.rows(`update emails set created_at = created_at - interval '61 minutes' where id = $1`, [input.emailId]);

    it('asks again with the same id after a lost answer, and keeps the provider’s own', async () => {
      outcomes = [
        { outcome: 'unknown', repeatable: true, reason: '500' },
        { outcome: 'sent', providerMessageId: 'prov-1' },
      ];
      await assert.rejects(send(), { name: 'ApplicationFailure', type: 'MAIL_OUTCOME_UNKNOWN' });
      assert.deepEqual([(await row())?.status, (await row())?.last_error], ['queued', '500']);
      assert.deepEqual(await send(), { status: 'sent' });
      assert.equal(sent[0]?.messageId, sent[1]?.messageId);
      assert.deepEqual([(await row())?.provider_message_id, (await row())?.last_error], ['prov-1', null]);
      assert.equal(await effect(), 'done');
    });

    it('does not take a lost answer for none because another worker has no link key', async () => {
      outcomes = [{ outcome: 'unknown', repeatable: true, reason: '500' }];
      await assert.rejects(send(), { type: 'MAIL_OUTCOME_UNKNOWN' });
      await assert.rejects(activities({}).sendEmail(input), /is not in TENON_LINK_KEYS/);
      await makeOlder();
      assert.deepEqual(await send(), { status: 'failed' });
      assert.equal(await effect(), 'unknown');
    });

    it('sends after a worker died with the mail in hand', async () => {
      await database.rows(`insert into effects (org_id, key, state) values ($1, $2, 'intent')`, [
        input.orgId,
        `email/${input.emailId}`,
      ]);
      assert.deepEqual(await send(), { status: 'sent' });
      assert.equal(sent.length, 1);
    });

    it('asks no more once the provider may have forgotten the key', async () => {
      outcomes = [{ outcome: 'unknown', repeatable: true, reason: '500' }];
      await assert.rejects(send(), { type: 'MAIL_OUTCOME_UNKNOWN' });
      await makeOlder();
      assert.deepEqual(await send(), { status: 'failed' });
      assert.equal(sent.length, 1);
      assert.equal(await effect(), 'unknown');
    });

    it('still sends what nobody has tried, however old', async () => {
      await makeOlder();
      assert.deepEqual(await send(), { status: 'sent' });
    });

    it('does not ask again where the provider says that it would not help', async () => {
      outcomes = [{ outcome: 'unknown', repeatable: false, reason: '409 invalid_idempotent_request' }];
      assert.deepEqual(await send(), { status: 'failed' });
      assert.equal(await effect(), 'unknown');
    });
  });

  it('skips an invitation whose session has ended or lives on anew', async () => {
    await change({ generation: 2 });
    assert.deepEqual(await send(), { status: 'skipped' });
    input = await request(2);
    await change({ status: 'completed', completedAt: new Date() });
    assert.deepEqual(await send(), { status: 'skipped' });
    assert.equal(sent.length, 0);
  });

  it('does not call it skipped when an earlier attempt may have sent it', async () => {
    await database.uow.write(systemActor(input.orgId, 'test'), (uow) => beginEffect(uow, `email/${input.emailId}`));
    await change({ generation: 2 }); // the process died while it sent, and meanwhile the session lives on anew
    assert.deepEqual(await send(), { status: 'failed' });
    assert.equal(await effect(), 'unknown');
    assert.equal(sent.length, 0);
  });

  it('audits how each mail ended, once', async () => {
    await send();
    await send();
    const trail = await database.rows<{ action: string }>(
      `select action from audit_entries where resource_type = 'email' and resource_id = $1`,
      [input.emailId],
    );
    assert.deepEqual(trail, [{ action: 'email.sent' }]);
  });

  it('records a failure of the workflow, but not over a mail that was sent', async () => {
    const recordFailure = () => activities().recordEmailFailure({ ...input, reason: 'Cancelled by an operator' });
    await recordFailure();
    assert.equal((await row())?.status, 'failed');
    input = await request(1);
    await send();
    await recordFailure();
    assert.equal((await row())?.status, 'sent');
  });

  it('fails for a mail that is not there, or is another organisation’s', async () => {
    const { orgId } = await makeUser();
    await assert.rejects(activities().sendEmail({ ...input, orgId }), { code: 'NOT_FOUND' });
  });
});
