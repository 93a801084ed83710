import { lookupsDown, lookupsUp } from './sql.ts';

/**
 * The only way to learn whose a thing is before the tenant is known. Each function gives ids, never content; the role that
 * owns them reads just the columns granted here and cannot log in.
 */
const functions = [
  {
    signature: 'lookup_users_by_identity(wanted_issuer text, wanted_subject text)',
    types: 'lookup_users_by_identity(text, text)',
    returns: 'table (id uuid, org_id uuid)',
    body: 'select u.id, u.org_id from public.users u where u.issuer = wanted_issuer and u.subject = wanted_subject',
  },
  {
    signature: 'lookup_users_by_email(wanted_email text)',
    types: 'lookup_users_by_email(text)',
    returns: 'table (id uuid, org_id uuid, bound boolean)',
    body: 'select u.id, u.org_id, u.subject is not null from public.users u where u.email = wanted_email',
  },
  {
    signature: 'lookup_session_by_token(wanted_hash bytea)',
    types: 'lookup_session_by_token(bytea)',
    returns: 'table (id bigint, org_id uuid)',
    body: 'select s.id, s.org_id from public.candidate_sessions s where s.token_hash = wanted_hash',
  },
  {
    signature: 'lookup_session(wanted_id bigint)',
    types: 'lookup_session(bigint)',
    returns: 'table (id bigint, org_id uuid)',
    body: 'select s.id, s.org_id from public.candidate_sessions s where s.id = wanted_id',
  },
  {
    signature: 'lookup_test_run(wanted_repo_id bigint, wanted_run_id bigint)',
    types: 'lookup_test_run(bigint, bigint)',
    returns: 'table (id uuid, org_id uuid)',
    body: `select r.id, r.org_id from public.test_runs r
      join public.workspaces w on w.org_id = r.org_id and w.id = r.workspace_id
      where w.repo_id = wanted_repo_id and r.github_run_id = wanted_run_id`,
  },
] as const;

const readable = {
  users: 'id, org_id, email, issuer, subject',
  candidate_sessions: 'id, org_id, token_hash',
  workspaces: 'id, org_id, repo_id',
  test_runs: 'id, org_id, workspace_id, github_run_id',
};

export const up = lookupsUp(functions, readable);
export const down = lookupsDown(functions, readable);
