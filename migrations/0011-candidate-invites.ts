import { lookupsDown, lookupsUp } from './sql.ts';

/** A candidate's own invites, before any tenant is known: those to their address that nobody has claimed, and those they have. */
const functions = [
  {
    types: 'lookup_sessions_of(text, text, text)',
    signature: 'lookup_sessions_of(wanted_email text, wanted_issuer text, wanted_subject text)',
    returns: 'table (id bigint, org_id uuid)',
    body: `select s.id, s.org_id from public.candidate_sessions s
        where s.candidate_sub = wanted_subject and s.candidate_issuer = wanted_issuer
      union all
      select s.id, s.org_id from public.candidate_sessions s
        where s.invite_email = wanted_email and s.candidate_sub is null`,
  },
] as const;

/** Of a table that `tenon_lookup` reads already. */
const columns = 'invite_email, candidate_issuer, candidate_sub';

export const up = [
  'create index candidate_sessions_by_identity on candidate_sessions (candidate_sub, candidate_issuer) where candidate_sub is not null;',
  `grant select (${columns}) on candidate_sessions to tenon_lookup;`,
  lookupsUp(functions, {}),
].join('\n');

export const down = [
  lookupsDown(functions, {}),
  `revoke select (${columns}) on candidate_sessions from tenon_lookup;`,
  'drop index candidate_sessions_by_identity;',
].join('\n');
