import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { mailEndpoints } from '../../../api/mail/index.ts';
import type { UserActor } from '../../../domain/identity/actor.ts';
import { systemActor } from '../../../domain/identity/actor.ts';
import { Email } from '../../../models/email.ts';
import { startTestApi, type Reply, type TestApi } from '../../support/api.ts';
import { makeSession, makeSimulation, type MadeSession } from '../../support/factories-hiring.ts';
import { makeUser } from '../../support/factories-identity.ts';
import type { Problem } from '../hiring/world.ts';

const PATH = '/api/mail/webhooks/resend';
const key = randomBytes(32);
let counted = 0;

describe('POST /api/mail/webhooks/resend', () => {
  let api: TestApi;
  let recruiter: UserActor;
  let made: MadeSession;
  let providerId: string;

  before(async () => {
    api = await startTestApi({
      endpoints: mailEndpoints,
      environment: { RESEND_WEBHOOK_SECRET: `whsec_${key.toString('base64')}` },
    });
    recruiter = await makeUser();
  });
  after(() => api.close());
  beforeEach(async () => {
    made = await makeSession(await makeSimulation(recruiter));
    providerId = `prov-${(counted += 1)}`;
    await addInvitation({});
  });

  const addInvitation = (fields: { status?: 'queued' | 'sent' | 'failed' }) =>
    api.database.uow.write(systemActor(made.orgId, 'test'), () =>
      Email.create({
        orgId: made.orgId,
        kind: 'invitation',
        candidateSessionId: made.id,
        sessionGeneration: 1,
        toAddress: made.session.inviteEmail,
        status: 'sent',
        providerMessageId: providerId,
        ...fields,
      }),
    );

  interface Signing {
    readonly at?: number;
    readonly id?: string;
    readonly with?: Buffer;
    readonly change?: (headers: Record<string, string>) => void;
  }
  function tell(event: unknown, { at = Date.now(), id = 'msg_1', with: by = key, change }: Signing = {}) {
    const body = typeof event === 'string' ? event : JSON.stringify(event);
    const timestamp = String(Math.floor(at / 1_000));
    const signature = createHmac('sha256', by).update(`${id}.${timestamp}.${body}`).digest('base64');
    const headers = { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': `v1,${signature}` };
    change?.(headers);
    return api.call<Problem>('post', PATH, { body, headers });
  }
  const bounce = (changes: object = {}) => ({
    type: 'email.bounced',
    created_at: '2026-10-18T14:30:00.000Z',
    data: { email_id: providerId, to: ['x@y.test'], bounce: { type: 'Permanent', message: 'No such\r\nmailbox' } },
    ...changes,
  });
  const mails = () =>
    api.database.rows<{ kind: string; status: string; to: string; error: string | null }>(
      `select kind, status, to_address as "to", last_error as error from emails
       where candidate_session_id = $1 order by created_at, id`,
      [made.id],
    );
  const untouched = async (): Promise<void> =>
    assert.deepEqual(
      (await mails()).map(({ kind, status }) => [kind, status]),
      [['invitation', 'sent']],
    );
  const refused = async (reply: Promise<Reply<Problem>>): Promise<void> => {
    const { status, body } = await reply;
    assert.deepEqual([status, body.errorCode], [401, 'WEBHOOK_SIGNATURE_INVALID']);
    await untouched();
  };

  it('writes that a bounced invitation failed, and tells the recruiter, in one commit; told again it changes nothing', async () => {
    for (const id of ['msg_1', 'msg_1', 'msg_2']) assert.equal((await tell(bounce(), { id })).status, 202);
    await Promise.all([tell(bounce()), tell(bounce())]);
    const [invitation, news, ...more] = await mails();
    assert.deepEqual([invitation?.status, more], ['failed', []]);
    assert.match(invitation?.error ?? '', /^Bounced: Permanent: No such\s+mailbox$/);
    assert.deepEqual([news?.kind, news?.status, news?.to], ['invitation_failed', 'queued', recruiter.email]);
    const trail = await api.database.rows<{ action: string }>(
      `select a.action from audit_entries a join emails e on a.resource_type = 'email' and a.resource_id = e.id::text
       where e.candidate_session_id = $1`,
      [made.id],
    );
    assert.deepEqual(trail, [{ action: 'email.failed' }]);
    const started = await api.database.rows(
      `select from outbox where message -> 'start' ->> 'ref' = $1 and message -> 'start' ->> 'kind' = 'email'`,
      [`session-${made.id}`],
    );
    assert.equal(started.length, 1);
  });

  it('does the same for a complaint', async () => {
    await tell(bounce({ type: 'email.complained' }));
    const [invitation, news] = await mails();
    assert.deepEqual([invitation?.status, invitation?.error], ['failed', 'The recipient has marked it as spam']);
    assert.equal(news?.kind, 'invitation_failed');
  });

  it('does the same for a mail that Resend took and then did not send', async () => {
    for (const [type, detail, reason] of [
      ['email.failed', { failed: { reason: 'reached_daily_quota' } }, 'Not sent: reached_daily_quota'],
      ['email.failed', {}, 'Not sent'],
      [
        'email.suppressed',
        { suppressed: { type: 'OnAccountSuppressionList', message: 'It bounced before' } },
        'Suppressed: OnAccountSuppressionList: It bounced before',
      ],
    ] as const) {
      await tell({ type, data: { email_id: providerId, ...detail } });
      const [invitation, news] = await mails();
      assert.deepEqual([invitation?.status, invitation?.error, news?.kind], ['failed', reason, 'invitation_failed']);
      made = await makeSession(await makeSimulation(recruiter));
      providerId = `prov-${(counted += 1)}`;
      await addInvitation({});
    }
  });

  it('tells nobody of another mail than an invitation, nor of a session that lives on anew', async () => {
    for (const change of [
      `update emails set kind = 'session_expired' where candidate_session_id = $1`,
      `update candidate_sessions set generation = 2 where id = $1`,
    ]) {
      await api.database.rows(change, [made.id]);
      await tell(bounce());
      assert.deepEqual(
        (await mails()).map(({ status }) => status),
        ['failed'],
      );
      made = await makeSession(await makeSimulation(recruiter));
      providerId = `prov-${(counted += 1)}`;
      await addInvitation({});
    }
  });

  it('accepts and ignores other events, mails that are not ours, and what is no event', async () => {
    for (const event of [
      bounce({ type: 'email.delivered' }),
      bounce({ type: 'email.sent' }),
      bounce({ type: 7 }),
      bounce({ data: { email_id: 'of-somebody-else' } }),
      bounce({ data: { email_id: null } }),
      bounce({ data: null }),
      bounce({ data: [] }),
      'not json',
      'null',
      '[]',
      '',
    ]) {
      const { status, body } = await tell(event);
      assert.deepEqual([status, body], [202, { status: 'accepted' }], JSON.stringify(event));
    }
    await untouched();
  });

  it('takes a bounce without words, and one with too many', async () => {
    const { data } = bounce();
    await tell(bounce({ data: { ...data, bounce: null } }));
    assert.equal((await mails())[0]?.error, 'Bounced');
    providerId = `prov-${(counted += 1)}`;
    made = await makeSession(await makeSimulation(recruiter));
    await addInvitation({});
    await tell(bounce({ data: { ...data, email_id: providerId, bounce: { message: `\u0000${'x'.repeat(1_000)}` } } }));
    assert.match((await mails())[0]?.error ?? '', /^Bounced: x+\.\.\. \(truncated\)$/);
  });

  it('leaves a mail alone that has not left or has failed before', async () => {
    for (const status of ['queued', 'failed'] as const) {
      await api.database.rows('update emails set status = $2 where candidate_session_id = $1', [made.id, status]);
      await tell(bounce());
      assert.deepEqual(
        (await mails()).map((mail) => mail.status),
        [status],
      );
    }
  });

  it('refuses another secret, a changed byte, id or time, and what is not signed', async () => {
    await refused(tell(bounce(), { with: randomBytes(32) }));
    for (const [header, value] of [
      ['svix-id', 'msg_2'],
      ['svix-timestamp', String(Math.floor(Date.now() / 1_000) - 1)],
      ['svix-timestamp', 'now'],
      ['svix-signature', 'v1,'],
      ['svix-signature', `v1,${'A'.repeat(43)}=`],
      ['svix-signature', ''],
      ['svix-timestamp', ''],
      ['svix-id', ''],
    ] as const)
      await refused(tell(bounce(), { change: (headers) => void (headers[header] = value) }));
    const body = JSON.stringify(bounce());
    const signed = createHmac('sha256', key)
      .update(`msg_1.${Math.floor(Date.now() / 1_000)}.${body}`)
      .digest('base64');
    await refused(tell(`${body} `, { change: (headers) => void (headers['svix-signature'] = `v1,${signed}`) }));
    await refused(
      tell(bounce(), {
        change: (headers) => void (headers['svix-signature'] = headers['svix-signature']?.replace('v1,', 'v2,') ?? ''),
      }),
    );
  });

  it('refuses what was signed more than five minutes ago or ahead', async () => {
    for (const seconds of [-310, 310]) await refused(tell(bounce(), { at: Date.now() + seconds * 1_000 }));
    assert.equal((await tell(bounce(), { at: Date.now() - 280_000 })).status, 202);
    assert.equal((await mails())[0]?.status, 'failed');
  });

  it('takes any of several signatures, as while a secret is being changed', async () => {
    const other = `v1,${randomBytes(32).toString('base64')}`;
    const change = (headers: Record<string, string>): void => {
      headers['svix-signature'] = `${other} ${headers['svix-signature'] ?? ''} v2,x`;
    };
    assert.equal((await tell(bounce(), { change })).status, 202);
    assert.equal((await mails())[0]?.status, 'failed');
  });

  it('is 413 for more than 256 KiB', async () => {
    assert.equal((await tell('x'.repeat(256 * 1024 + 1))).status, 413);
  });
});

describe('POST /api/mail/webhooks/resend without a secret', () => {
  it('is 503, whatever is sent', async () => {
    const api = await startTestApi({ endpoints: mailEndpoints });
    try {
      const { status, body } = await api.call<Problem>('post', PATH, { body: '{}' });
      assert.deepEqual([status, body.errorCode], [503, 'WEBHOOKS_NOT_CONFIGURED']);
      assert.match(body.detail, /RESEND_WEBHOOK_SECRET/);
    } finally {
      await api.close();
    }
  });
});
