import type { TestApi } from '../../../support/api.ts';
import { accountLinkToken } from '../../../../services/identity/account-links.ts';
import type { AccountLinkKind } from '../../../../domain/identity/account-link.ts';

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly must_change_password: boolean;
  readonly detail?: string;
  readonly errorCode?: string;
  readonly organizations?: readonly { readonly id: string; readonly name: string }[];
}

/** `POST /api/v1/auth/login`. */
export function login(api: TestApi, email: string, password: string, headers: Readonly<Record<string, string>> = {}) {
  return api.call<Tokens>('post', '/api/v1/auth/login', { body: { email, password }, headers });
}

interface LinkRow {
  readonly id: string;
  readonly kind: AccountLinkKind;
  readonly token_key_id: string;
}

/** The tokens of the links of this kind that were mailed to an address and not opened, newest first. */
export async function mailedTokens(api: TestApi, email: string, kind: AccountLinkKind): Promise<string[]> {
  const rows = await api.database.rows<LinkRow>(
    `select l.id, l.kind, l.token_key_id from account_links l join emails e on e.account_link_id = l.id
     where e.to_address = $1 and l.kind = $2 and l.used_at is null order by l.created_at desc, l.id`,
    [email, kind],
  );
  return rows.map((row) => accountLinkToken(api.settings, { ...row, tokenKeyId: row.token_key_id }));
}

/** The actions in an organisation's trail about a thing, oldest first. */
export async function actionsOn(api: TestApi, resourceId: string): Promise<string[]> {
  const rows = await api.database.rows<{ action: string }>(
    'select action from audit_entries where resource_id = $1 order by seq',
    [resourceId],
  );
  return rows.map(({ action }) => action);
}
