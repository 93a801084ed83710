import assert from 'node:assert/strict';
import type { PresentedMember } from '../../../../api/identity/members/presenter.ts';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import type { Permission } from '../../../../domain/identity/permissions.ts';
import type { Reply, TestApi } from '../../../support/api.ts';
import type { TestDatabase } from '../../../support/database.ts';
import { makeUser } from '../../../support/factories-identity.ts';
import type { Problem } from '../../hiring/world.ts';

export const USERS = '/api/v1/org/users';
export const ROLES = '/api/v1/roles';
export const PROFILE = '/api/v1/self/profile';

/** A body that may be a refusal instead. */
export type Told<Body> = Body & Partial<Problem>;

/** Calls as somebody who has signed in here; `body` is sent as JSON. */
export function callerAs(api: TestApi, actor: UserActor, headers: Readonly<Record<string, string>> = {}) {
  const token = api.ownToken(actor);
  return <Body extends object = PresentedMember>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Reply<Told<Body>>> =>
    api.call<Told<Body>>(method, path, { token, headers, ...(body !== undefined && { body }) });
}

/** Fails unless a reply is this refusal. */
export function assertRefused({ status, body }: Reply<Partial<Problem>>, wanted: number, code: string, why = ''): void {
  assert.deepEqual([status, body.errorCode], [wanted, code], `${why} ${JSON.stringify(body)}`);
}

export interface Entry {
  readonly action: string;
  readonly actor: Readonly<Record<string, unknown>>;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
}

/** What the audit trail says about a thing, oldest first. */
export async function entriesOn(database: TestDatabase, resourceId: string): Promise<Entry[]> {
  const found = await database.rows<{ body: string }>(
    'select body from audit_entries where resource_id = $1 order by org_id, seq',
    [resourceId],
  );
  return found.map(({ body }) => {
    const { action, actor, before, after } = JSON.parse(body) as Entry;
    return { action, actor, ...(before && { before }), ...(after && { after }) };
  });
}

/** As the trail names somebody who has signed in. */
export function named({ userId, email }: UserActor): Entry['actor'] {
  return { kind: 'user', id: userId, email };
}

export async function roleIdOf(database: TestDatabase, orgId: string, name: string): Promise<string> {
  const [role] = await database.rows<{ id: string }>('select id from roles where org_id = $1 and name = $2', [
    orgId,
    name,
  ]);
  return role?.id ?? assert.fail(`no role ${name}`);
}

/** The names of the roles that somebody has, sorted. */
export async function rolesOf(database: TestDatabase, { userId }: UserActor): Promise<string[]> {
  const found = await database.rows<{ name: string }>(
    'select r.name from user_roles u join roles r on r.id = u.role_id where u.user_id = $1 order by r.name',
    [userId],
  );
  return found.map(({ name }) => name);
}

let counted = 0;

/** Somebody who is allowed just this, by a custom role of their own. */
export async function makeAllowed(api: TestApi, orgId: string, ...permissions: Permission[]): Promise<UserActor> {
  const name = `Custom ${(counted += 1)}`;
  await api.database.rows('insert into roles (org_id, name, permissions) values ($1, $2, $3)', [
    orgId,
    name,
    permissions,
  ]);
  return makeUser({ orgId, roles: [name] });
}

/** A key for a machine that acts for somebody. */
export async function keyOf(api: TestApi, actor: UserActor, ...permissions: Permission[]): Promise<string> {
  const made = await callerAs(api, actor)<{ key: string }>('post', '/api/v1/api-keys', {
    name: 'machine',
    permissions,
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  return made.body.key;
}
