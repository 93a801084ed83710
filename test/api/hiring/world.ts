import { hiringEndpoints } from '../../../api/hiring/index.ts';
import type { WorkflowMessage } from '../../../core/outbox.ts';
import type { CandidateIdentity, UserActor } from '../../../domain/identity/actor.ts';
import { startTestApi, type TestApi, type TestApiOptions } from '../../support/api.ts';
import type { TestDatabase } from '../../support/database.ts';
import { makeUser, type UserFields } from '../../support/factories-identity.ts';
import type { Claims } from '../../support/tokens.ts';

/** The hiring API alone, on an empty database. */
export function startHiringApi(options: TestApiOptions = {}): Promise<TestApi> {
  return startTestApi({ endpoints: hiringEndpoints, ...options });
}

export interface Recruiter {
  readonly actor: UserActor;
  readonly token: string;
}

/** An account with the role `recruiter` alone, signed in once, so that later calls write nothing for the sign-in. */
export async function recruiterOf(api: TestApi, fields: UserFields = {}): Promise<Recruiter> {
  const actor = await makeUser({ roles: ['recruiter'], ...fields });
  const token = api.recruiterToken(actor.email);
  await api.call('get', '/api/simulations', { token });
  return { actor, token };
}

export interface Candidate {
  readonly email: string;
  readonly token: string;
  readonly identity: Pick<CandidateIdentity, 'issuer' | 'subject' | 'email'>;
}

let counted = 0;

/** Somebody whom the issuer knows as a candidate. */
export function candidateOf(
  api: TestApi,
  email = `person${(counted += 1)}@test.example`,
  claims: Claims = {},
): Candidate {
  const subject = `test|${email.toLowerCase()}`;
  return {
    email,
    token: api.candidateToken(email, claims),
    identity: { issuer: api.issuer.issuer, subject, email },
  };
}

/** The headers that a candidate's client sends to /api/tasks/*. */
export function sessionHeaders(sessionId: string | number): Record<string, string> {
  return { 'x-candidate-session-id': String(sessionId) };
}

export interface TrailEntry {
  readonly action: string;
  readonly resource: { readonly type: string; readonly id: string };
  readonly actor: { readonly kind: string; readonly id?: string; readonly email?: string };
  readonly after?: Readonly<Record<string, unknown>>;
  readonly requestId?: string;
}

/** What the audit trail says about a thing, oldest first. */
export async function trailOf(database: TestDatabase, type: string, id: string | number): Promise<TrailEntry[]> {
  const found = await database.rows<{ body: string }>(
    'select body from audit_entries where resource_type = $1 and resource_id = $2 order by org_id, seq',
    [type, String(id)],
  );
  return found.map(({ body }) => JSON.parse(body) as TrailEntry);
}

/** The committed messages around a session, in their order. */
export async function messagesOf(database: TestDatabase, sessionId: string | number): Promise<WorkflowMessage[]> {
  const found = await database.rows<{ message: WorkflowMessage }>(
    `select message from outbox where message -> 'start' ->> 'ref' = $1 order by id`,
    [`session-${sessionId}`],
  );
  return found.map(({ message }) => message);
}

/** A digest of every table: equal twice when nothing at all was written in between. */
export async function everything(database: TestDatabase): Promise<Record<string, string>> {
  const tables = await database.rows<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' order by tablename`,
  );
  const digests: Record<string, string> = {};
  for (const { name } of tables) {
    const [row] = await database.rows<{ digest: string }>(
      `select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as digest from "${name}" t`,
    );
    digests[name] = row?.digest ?? '';
  }
  return digests;
}

/** While `work` runs, the database refuses to insert into or update `table`. */
export async function whileRefusing<T>(database: TestDatabase, table: string, work: () => Promise<T>): Promise<T> {
  await database.rows(`create function refuse() returns trigger language plpgsql as
    $$ begin raise exception 'refused by a test'; end $$`);
  await database.rows(
    `create trigger refuse before insert or update on ${table} for each row execute function refuse()`,
  );
  try {
    return await work();
  } finally {
    await database.rows('drop function refuse() cascade');
  }
}

/** The parts of a problem document that clients act on. */
export interface Problem {
  readonly status: number;
  readonly detail: string;
  readonly errorCode: string;
  readonly retryable: boolean;
  readonly issues: readonly {
    readonly loc: readonly (string | number)[];
    readonly msg: string;
    readonly type: string;
  }[];
}
