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
