import assert from 'node:assert/strict';
import { hiringActivities } from '../../../activities/hiring.ts';
import { mailActivities } from '../../../activities/mail.ts';
import type { MailMessage, SendOutcome } from '../../../adapters/mail/smtp.ts';
import { readSettings } from '../../../core/settings.ts';
import { systemActor, type UserActor } from '../../../domain/identity/actor.ts';
import { loadCandidateTask } from '../../../services/hiring/session-access.ts';
import { submitText } from '../../../services/hiring/turn-in.ts';
import { mailInvite } from '../../../services/hiring/invite-mail.ts';
import { mailReminder } from '../../../services/hiring/session-mails.ts';
import { resetDatabase, type TestDatabase } from '../../support/database.ts';
import {
  makeProgress,
  makeSession,
  makeSimulation,
  taskOf,
  type MadeSession,
  type SessionFields,
} from '../../support/factories-hiring.ts';
import { makeCandidate, makeUser } from '../../support/factories-identity.ts';
import { testEnvironment } from '../../support/settings.ts';

const HOUR_MS = 3_600_000;
const inHours = (hours: number): Date => new Date(Date.now() + hours * HOUR_MS);
const ada = 'ada@candidate.example';

describe('mails of a session’s life', () => {
  let database: TestDatabase;
  let user: UserActor;
  let sent: MailMessage[];
  let outcome: SendOutcome;

  before(async () => {
    database = await resetDatabase();
  });
  beforeEach(async () => {
    user = await makeUser();
    sent = [];
    outcome = { outcome: 'sent' };
  });

  const parts = () => ({
    units: database.uow,
    from: 'Tenon <no-reply@tenon.example>',
    candidatePortalBaseUrl: 'https://portal.example',
    accountPortalUrl: 'https://portal.example/account',
    linkKeys: readSettings(testEnvironment()).linkKeys,
    mail: {
      send(message: MailMessage) {
        sent.push(message);
        return Promise.resolve(outcome);
      },
    },
  });
  const make = async (fields: SessionFields = {}): Promise<MadeSession> =>
    makeSession(await makeSimulation(user, { title: 'Rental <desk>' }), fields);
  const candidateOf = ({ orgId }: MadeSession) => makeCandidate(orgId, ada);
  const claimed = async (fields: SessionFields = {}): Promise<MadeSession> => {
    const { identity } = makeCandidate(user.orgId, ada);
    return make({ claimedBy: identity, ...fields });
  };
  const change = (made: MadeSession, fields: object) =>
    database.uow.write(systemActor(made.orgId, 'test'), () => made.session.update(fields));
  const inputOf = ({ orgId, id, session }: MadeSession) => ({ orgId, sessionId: id, generation: session.generation });
  const mailsOf = ({ id }: MadeSession) =>
    database.rows<{ id: string; kind: string; to: string; status: string }>(
      'select id, kind, status, to_address as "to" from emails where candidate_session_id = $1 order by created_at, id',
      [id],
    );
  const kindsOf = async (made: MadeSession): Promise<string[]> => (await mailsOf(made)).map(({ kind }) => kind);

  /** Sends the session's newest mail. */
  async function send(made: MadeSession): Promise<MailMessage | undefined> {
    const mail = (await mailsOf(made)).at(-1) ?? assert.fail('no mail');
    await mailActivities(parts()).sendEmail({ orgId: made.orgId, emailId: mail.id });
    return sent.shift();
  }
  const expire = (made: MadeSession) => hiringActivities(parts()).expireIfDue(inputOf(made));
  const handInLast = (made: MadeSession) =>
    database.uow.write(candidateOf(made), async (uow) =>
      submitText(
        uow,
        await loadCandidateTask(uow, { sessionId: made.id, taskId: taskOf(made, 'documentation').id, lock: true }),
        'How it works.',
      ),
    );
  async function invite(made: MadeSession): Promise<void> {
    await database.uow.write(user, (uow) => mailInvite(uow, made.session));
  }

  it('tell the recruiter of a completed session, in the commit that completes it', async () => {
    const made = await claimed();
    await makeProgress(made, 5);
    assert.deepEqual(await mailsOf(made), []);
    await handInLast(made);
    assert.deepEqual(
      (await mailsOf(made)).map(({ kind, to }) => [kind, to]),
      [['session_completed', user.email]],
    );
    const message = await send(made);
    assert.equal(message?.to, user.email);
    assert.equal(message.subject, `Completed: ${made.session.candidateName}, "Rental <desk>"`);
    assert.match(message.text, /has handed in all five days .* UTC\./);
    assert(message.html.includes('Rental &lt;desk&gt;') && !message.html.includes('<desk>'));
    assert.doesNotMatch(message.text, /http/);
  });

  it('leave no mail behind when the hand-in is refused or undone', async () => {
    const made = await claimed();
    await makeProgress(made, 5);
    await assert.rejects(
      database.uow.write(candidateOf(made), async (uow) => {
        const taskId = taskOf(made, 'documentation').id;
        await submitText(uow, await loadCandidateTask(uow, { sessionId: made.id, taskId, lock: true }), 'Text.');
        throw new Error('undone');
      }),
      /undone/,
    );
    assert.deepEqual(await mailsOf(made), []);
  });

  it('tell the recruiter once of a session or invite that expired', async () => {
    for (const [fields, words] of [
      [{}, /did not accept the invitation .* before it ended at .* UTC\./],
      [{ claimed: true }, /the time of .* ended at .* UTC before all days were handed in\./],
    ] as const) {
      const made = await ('claimed' in fields ? claimed({ expiresAt: inHours(-1) }) : make({ expiresAt: inHours(-1) }));
      await expire(made);
      await expire(made);
      assert.deepEqual(await kindsOf(made), ['session_expired']);
      assert.match((await send(made))?.text ?? '', words);
    }
  });

  it('tell the recruiter once a life that the invitation failed for good, and why', async () => {
    const made = await make();
    await invite(made);
    outcome = { outcome: 'refused', retryable: true, reason: '450 later' };
    await assert.rejects(send(made), { type: 'MAIL_SERVER_REFUSED' });
    assert.deepEqual(await kindsOf(made), ['invitation'], 'it may still arrive');
    outcome = { outcome: 'refused', retryable: false, reason: '550 no <such> user\nBcc: x' };
    await send(made);
    sent = [];
    assert.deepEqual(await kindsOf(made), ['invitation', 'invitation_failed']);
    outcome = { outcome: 'sent' };
    const message = await send(made);
    assert.match(
      message?.text ?? '',
      /did not reach .*, as was known at .* UTC\. The reason given: 550 no <such> user Bcc: x\./,
    );
    assert(message?.html.includes('550 no &lt;such&gt; user Bcc: x'));
    await invite(made);
    outcome = { outcome: 'unknown', repeatable: false, reason: 'Connection closed' };
    await send(made);
    assert.deepEqual(await kindsOf(made), ['invitation', 'invitation_failed', 'invitation']);
  });

  it('are not asked for, nor sent, when the recruiter’s account is closed', async () => {
    const deactivate = (isActive: boolean) =>
      database.rows('update users set is_active = $2 where id = $1', [user.userId, isActive]);
    const made = await make({ expiresAt: inHours(-1) });
    await deactivate(false);
    await expire(made);
    assert.deepEqual(await mailsOf(made), []);
    await deactivate(true);
    const other = await make({ expiresAt: inHours(-1) });
    await expire(other);
    await deactivate(false);
    assert.equal(await send(other), undefined);
    assert.equal((await mailsOf(other))[0]?.status, 'skipped');
  });

  it('remind the candidate with the link of this life and the end', async () => {
    for (const [made, kind, words] of [
      [await make({ expiresAt: inHours(71) }), 'invite_ends_72h', /is open until .* UTC/],
      [await claimed({ expiresAt: inHours(1) }), 'work_ends_2h', /ends at .* UTC/],
    ] as const) {
      await database.uow.write(systemActor(made.orgId, 'test'), (uow) => mailReminder(uow, made.session, kind));
      const message = await send(made);
      assert.equal(message?.to, made.session.inviteEmail);
      assert.match(message.text, words);
      assert(message.text.includes(`https://portal.example/candidate/session/${made.token}`));
      assert(message.html.includes(`href="https://portal.example/candidate/session/${made.token}"`));
    }
  });

  it('are skipped when what they would say is no longer so', async () => {
    const stale = async (kind: 'invite_ends_24h', fields: object): Promise<void> => {
      const made = await make({ expiresAt: inHours(23) });
      await database.uow.write(systemActor(made.orgId, 'test'), (uow) => mailReminder(uow, made.session, kind));
      await change(made, fields);
      assert.equal(await send(made), undefined);
      assert.equal((await mailsOf(made))[0]?.status, 'skipped');
    };
    await stale('invite_ends_24h', { status: 'completed', completedAt: new Date() });
    await stale('invite_ends_24h', { status: 'revoked', revokedAt: new Date(), revokedReason: 'by a test' });
    await stale('invite_ends_24h', { generation: 2 });
    await stale('invite_ends_24h', { expiresAt: inHours(48) });
    await stale('invite_ends_24h', { expiresAt: inHours(-1) });
    const expired = await make({ expiresAt: inHours(-1) });
    await expire(expired);
    await change(expired, { status: 'not_started', generation: 2, expiresAt: inHours(300) });
    assert.equal(await send(expired), undefined);
  });
});
