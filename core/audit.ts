import type { Sequelize } from 'sequelize';
import type { Actor, AnonymousActor } from '../domain/identity/actor.ts';
import { rowsOf } from './database.ts';

/** What happened to which thing. `before` and `after` hold no secrets. */
export interface AuditEntry {
  /** `noun.past_verb`, e.g. `simulation.created`. */
  readonly action: string;
  readonly resource: { readonly type: string; readonly id: string };
  readonly before?: object;
  readonly after?: object;
}

/** Where a command came from, for the audit trail. */
export interface RequestFacts {
  readonly requestId: string;
  readonly address?: string;
}

/** Appends to the organisation's hash chain; the database computes the hashes over exactly the text sent here. */
export async function appendAudit(
  db: Sequelize,
  actor: Actor,
  entries: readonly AuditEntry[],
  request: RequestFacts | undefined,
): Promise<void> {
  if (entries.length === 0) return;
  const at = new Date().toISOString();
  const { requestId, address } = request ?? {}; // named one by one: callers hand in richer objects than the trail may hold
  const bodies = entries.map(({ action, resource, before, after }) =>
    storableJson({ at, action, resource, actor: auditActor(actor), before, after, requestId, address }),
  );
  await rowsOf(db, 'select append_audit($1::text[])', [bodies]);
}

/** Who somebody is, in one text: the account, the outside identity, or the part of Tenon. */
export function actorIdOf(actor: Exclude<Actor, AnonymousActor>): string {
  switch (actor.kind) {
    case 'user':
      return actor.userId;
    case 'candidate':
      return `${actor.identity.issuer}|${actor.identity.subject}`;
    case 'system':
      return actor.component;
  }
}

function auditActor(actor: Actor): object {
  if (actor.kind === 'anonymous') return { kind: actor.kind };
  const id = { kind: actor.kind, id: actorIdOf(actor) };
  if (actor.kind === 'candidate') return { ...id, email: actor.identity.email };
  if (actor.kind === 'system') return id;
  const { email, apiKeyId, homeOrgId } = actor; // the latter two are left out by JSON where they are not set
  return { ...id, email, apiKeyId, homeOrgId };
}

/** JSON that Postgres takes: without NUL and half surrogate pairs, which `jsonb` refuses. */
function storableJson(value: object): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'string' ? Buffer.from(part).toString().replaceAll('\0', '') : part,
  );
}
