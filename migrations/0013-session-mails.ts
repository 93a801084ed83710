import { lookupsDown, lookupsUp } from './sql.ts';

/** Reminders to the candidate, news to the recruiter, and whose mail a provider's webhook speaks of. */
const functions = [
  {
    types: 'lookup_email_by_provider_id(text)',
    signature: 'lookup_email_by_provider_id(wanted text)',
    returns: 'table (id uuid, org_id uuid)',
    body: 'select e.id, e.org_id from public.emails e where e.provider_message_id = wanted',
  },
] as const;

const readable = { emails: 'id, org_id, provider_message_id' };

const before = `'invitation', 'verify_email', 'reset_password', 'accept_invitation'`;
const added = `'invite_ends_72h', 'invite_ends_24h', 'work_ends_24h', 'work_ends_2h',
  'session_completed', 'session_expired', 'invitation_failed'`;

export const up = `
alter table emails
  drop constraint emails_kind_check,
  add constraint emails_kind_check check (kind in (${before}, ${added}));
-- Each of these is said once in a life of a session, however often it is asked for; an invitation may be mailed again.
create unique index emails_once_a_life on emails (org_id, candidate_session_id, session_generation, kind)
  where kind in (${added});
create index emails_by_provider_message_id on emails (provider_message_id) where provider_message_id is not null;
${lookupsUp(functions, readable)}
`;

export const down = `
${lookupsDown(functions, readable)}
drop index emails_by_provider_message_id;
drop index emails_once_a_life;
alter table emails no force row level security;
delete from emails where kind in (${added});
alter table emails force row level security;
alter table emails
  drop constraint emails_kind_check,
  add constraint emails_kind_check check (kind in (${before}));
`;
