/** The tenant of the open unit of work; null when none is set, so that no row matches. */
export const CURRENT_ORG = `nullif(current_setting('app.org_id', true), '')::uuid`;

/** Forces row-level security on a tenant table and lets `tenon_app` see and write only the current tenant's rows. */
export function sealed(table: string, grants = 'select, insert, update, delete'): string {
  return `
alter table ${table} enable row level security;
alter table ${table} force row level security;
create policy tenant on ${table} to tenon_app using (org_id = ${CURRENT_ORG}) with check (org_id = ${CURRENT_ORG});
grant ${grants} on ${table} to tenon_app;`;
}

/** Lets `tenon_system` (reconciler) read just these columns of every tenant's rows: ids and states, never content. */
export function systemReads(table: string, columns: string): string {
  return `create policy system_select on ${table} for select to tenon_system using (true);
grant select (${columns}) on ${table} to tenon_system;`;
}

/** Lets `tenon_system` (relay, sweeps) do just `grants` on every tenant's rows of a table. */
export function systemMay(table: string, grants: readonly ('select' | 'insert' | 'update' | 'delete')[]): string {
  return grants
    .map((verb) => {
      const using =
        verb === 'insert' ? 'with check (true)' : verb === 'update' ? 'using (true) with check (true)' : 'using (true)';
      return `create policy system_${verb} on ${table} for ${verb} to tenon_system ${using};\ngrant ${verb} on ${table} to tenon_system;`;
    })
    .join('\n');
}

/** A function that looks past one tenant: SQL, and its name with the types of its parameters. */
interface Lookup {
  readonly signature: string;
  readonly types: string;
  readonly returns: string;
  readonly body: string;
}

/** Makes the functions `tenon_lookup`'s, who cannot log in and reads just these columns of each table; `tenon_app` may call them. */
export function lookupsUp(functions: readonly Lookup[], readable: Readonly<Record<string, string>>): string {
  return [
    ...Object.entries(readable).map(
      ([table, columns]) =>
        `grant select (${columns}) on ${table} to tenon_lookup;
create policy lookup on ${table} for select to tenon_lookup using (true);`,
    ),
    'grant create on schema public to tenon_lookup;',
    ...functions.map(
      ({ signature, types, returns, body }) => `
create function ${signature} returns ${returns} language sql stable security definer set search_path = '' as $$ ${body} $$;
alter function ${types} owner to tenon_lookup;`,
    ),
    'revoke create on schema public from tenon_lookup;',
    'set local role tenon_lookup;',
    ...functions.map(
      ({ types }) => `revoke all on function ${types} from public; grant execute on function ${types} to tenon_app;`,
    ),
    'reset role;',
  ].join('\n');
}

/** Takes `lookupsUp` back. */
export function lookupsDown(functions: readonly Lookup[], readable: Readonly<Record<string, string>>): string {
  return [
    'set local role tenon_lookup;',
    ...functions.map(({ types }) => `drop function ${types};`),
    'reset role;',
    ...Object.keys(readable).map(
      (table) => `drop policy lookup on ${table}; revoke all on ${table} from tenon_lookup;`,
    ),
  ].join('\n');
}
