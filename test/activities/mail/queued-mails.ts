import assert from 'node:assert/strict';
import type { Settings } from '../../../core/settings.ts';
import { systemActor, type UserActor } from '../../../domain/identity/actor.ts';
import type { EmailKind } from '../../../domain/mail/email.ts';
import { mailInvite } from '../../../services/hiring/invite-mail.ts';
import { mailReminder, tellRecruiter } from '../../../services/hiring/session-mails.ts';
import { recordFailed } from '../../../services/mail/emails.ts';
import { mailAccountLink } from '../../../services/identity/account-links.ts';
import type { EmailInput } from '../../../workflows/mail/email.contract.ts';
import type { TestDatabase } from '../../support/database.ts';
import { makeSession, makeSimulation, type SessionFields } from '../../support/factories-hiring.ts';
import { makeCandidate, makeUser } from '../../support/factories-identity.ts';

const inHours = (hours: number): Date => new Date(Date.now() + hours * 3_600_000);

/** A mail of a kind on its way, about somebody of its own; what it says is true. */
export async function queueMail(
  database: TestDatabase,
  kind: EmailKind,
  settings: Pick<Settings, 'linkKeys'>,
): Promise<EmailInput> {
  const user = await makeUser();
  const { orgId } = user;
  await ask(database, user, kind, settings);
  const [row] = await database.rows<{ id: string }>('select id from emails where org_id = $1 and kind = $2', [
    orgId,
    kind,
  ]);
  return { orgId, emailId: row?.id ?? assert.fail(`no ${kind} was queued`) };
}

async function ask(
  database: TestDatabase,
  user: UserActor,
  kind: EmailKind,
  settings: Pick<Settings, 'linkKeys'>,
): Promise<void> {
  const made = async (fields: SessionFields = {}) => (await makeSession(await makeSimulation(user), fields)).session;
  const claimedBy = makeCandidate(user.orgId, 'ada@candidate.example').identity;
  const system = systemActor(user.orgId, 'test');
  const remind = async (fields: SessionFields, reminder: Parameters<typeof mailReminder>[2]): Promise<void> => {
    const session = await made(fields);
    await database.uow.write(system, (uow) => mailReminder(uow, session, reminder));
  };
  const tell = async (fields: SessionFields, news: Parameters<typeof tellRecruiter>[2]): Promise<void> => {
    const session = await made(fields);
    await database.uow.write(system, (uow) => tellRecruiter(uow, session, news));
  };
  switch (kind) {
    case 'invitation': {
      const session = await made();
      await database.uow.write(user, (uow) => mailInvite(uow, session));
      return;
    }
    case 'invite_ends_72h':
      return remind({ expiresAt: inHours(71) }, kind);
    case 'invite_ends_24h':
      return remind({ expiresAt: inHours(23) }, kind);
    case 'work_ends_24h':
      return remind({ claimedBy, expiresAt: inHours(23) }, kind);
    case 'work_ends_2h':
      return remind({ claimedBy, expiresAt: inHours(1) }, kind);
    case 'session_completed':
      return tell({ claimedBy, status: 'completed' }, kind);
    case 'session_expired':
      return tell({ status: 'expired' }, kind);
    case 'invitation_failed':
      await ask(database, user, 'invitation', settings);
      return failInvitation(database, user);
    case 'verify_email':
    case 'reset_password':
    case 'accept_invitation': {
      const { userId, email } = user;
      await database.uow.write(user, (uow) => mailAccountLink(uow, { userId, email, kind }, settings));
    }
  }
}

async function failInvitation(database: TestDatabase, { orgId }: UserActor): Promise<void> {
  const [row] = await database.rows<{ id: string }>('select id from emails where org_id = $1', [orgId]);
  const failed = { emailId: row?.id ?? '', reason: '550 no such user' };
  await database.uow.write(systemActor(orgId, 'test'), (uow) => recordFailed(uow, failed));
}
