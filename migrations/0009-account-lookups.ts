import { lookupsDown, lookupsUp } from './sql.ts';

/**
 * What must be found before the tenant is known: an organisation by its name, an account by its proven e-mail, whose a
 * refresh token, an API key or the link of a mail is. As in 0006: ids only, by a role that cannot log in.
 */
const functions = [
  {
    types: 'lookup_organization(text)',
    signature: 'lookup_organization(wanted text)',
    returns: 'table (id uuid)',
    body: `select o.id from public.organizations o
      where o.id = case when wanted ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then wanted::uuid end
      union all select o.id from public.organizations o where o.slug = wanted`,
  },
  {
    types: 'lookup_organization_by_name(text)',
    signature: 'lookup_organization_by_name(wanted text)',
    returns: 'table (id uuid)',
    body: `select o.id from public.organizations o where o.name = wanted`,
  },
  {
    types: 'lookup_users_to_bind(text)',
    signature: 'lookup_users_to_bind(wanted_email text)',
    returns: 'table (id uuid, org_id uuid, bound boolean)',
    body: `select u.id, u.org_id, u.subject is not null from public.users u
      where u.email = wanted_email and u.is_active and not (u.self_registered and u.email_verified_at is null)`,
  },
  {
    types: 'lookup_users_by_password(text)',
    signature: 'lookup_users_by_password(wanted_email text)',
    returns: 'table (id uuid, org_id uuid, has_password boolean, proven boolean)',
    // Whoever looks at the first few only looks at a person's own accounts before those that strangers made of the address.
    body: `select u.id, u.org_id, u.has_password, u.email_verified_at is not null and u.accepted_at is not null
      from public.users u where u.email = wanted_email and (u.has_password or u.accepted_at is null)
      order by u.is_active desc, u.has_password desc, u.email_verified_at is null, u.accepted_at is null, u.created_at, u.id`,
  },
  {
    types: 'lookup_refresh_token(bytea)',
    signature: 'lookup_refresh_token(wanted_hash bytea)',
    returns: 'table (id uuid, org_id uuid)',
    body: 'select t.id, t.org_id from public.refresh_tokens t where t.token_hash = wanted_hash',
  },
  {
    types: 'lookup_api_key(bytea)',
    signature: 'lookup_api_key(wanted_hash bytea)',
    returns: 'table (id uuid, org_id uuid)',
    body: 'select k.id, k.org_id from public.api_keys k where k.key_hash = wanted_hash',
  },
  {
    types: 'lookup_account_link(bytea)',
    signature: 'lookup_account_link(wanted_hash bytea)',
    returns: 'table (id uuid, org_id uuid)',
    body: 'select l.id, l.org_id from public.account_links l where l.token_hash = wanted_hash',
  },
] as const;

const readable = {
  organizations: 'id, slug, name',
  refresh_tokens: 'id, org_id, token_hash',
  api_keys: 'id, org_id, key_hash',
  account_links: 'id, org_id, token_hash',
};
/** Of a table that `tenon_lookup` reads already. */
const userColumns = 'self_registered, email_verified_at, accepted_at, is_active, has_password, created_at';

export const up = [`grant select (${userColumns}) on users to tenon_lookup;`, lookupsUp(functions, readable)].join(
  '\n',
);

export const down = [
  lookupsDown(functions, readable),
  `revoke select (${userColumns}) on users from tenon_lookup;`,
].join('\n');
