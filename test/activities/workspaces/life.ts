import { systemActor } from '../../../domain/identity/actor.ts';
import type { Workspace } from '../../../models/workspace.ts';
import type { UnitOfWork } from '../../../core/unit-of-work.ts';
import type { SystemActor } from '../../../domain/identity/actor.ts';
import { inActivity } from '../../support/factories-workspaces.ts';
import { rowsNow, type ActivityPlace } from './place.ts';

/** One workspace through its lives, as its workflow leads them. */
export function lifeOf({ activities, database, github }: ActivityPlace, { id, orgId, repoFullName }: Workspace) {
  const now = (): Promise<Workspace> => rowsNow(database, orgId).workspace(id);
  const input = async () => ({ orgId, workspaceId: id, generation: (await now()).generation });
  return {
    now,
    input,
    /** In a unit of work of the organisation. */
    write: <T>(work: (uow: UnitOfWork<SystemActor>) => Promise<T>): Promise<T> =>
      database.uow.write(systemActor(orgId, 'test'), work),
    /** The present life, to its end. */
    async live(): Promise<'not_needed' | 'ready' | 'closed'> {
      const life = await input();
      const { proceed, closes } = await inActivity(activities.beginProvisioning, life);
      if (!proceed) return 'not_needed';
      if (!closes) {
        const { repoId } = await inActivity(activities.ensureRepository, life);
        const ready = await inActivity(activities.checkReady, { ...life, repoId });
        const granted = await inActivity(activities.grantAccessAndSettle, { ...life, repoId, ...ready });
        if (!granted.closes) return 'ready';
      }
      await inActivity(activities.closeAndSettle, life);
      return 'closed';
    },
    /** The audit trail, oldest first. */
    async trail(): Promise<string[]> {
      const rows = await database.rows<{ action: string }>(
        'select action from audit_entries where resource_id = $1 order by seq',
        [id],
      );
      return rows.map(({ action }) => action.replace('workspace.', ''));
    },
    /** An administrator at GitHub; by the number when the name has changed. */
    async atGithub(method: 'GET' | 'PATCH' | 'DELETE' | 'PUT', body?: object, path = ''): Promise<Response> {
      return fetch(`${github.apiUrl}/repos/${repoFullName}${path}`, {
        method,
        headers: { authorization: `Bearer ${github.token}`, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
    },
  };
}
export type Life = ReturnType<typeof lifeOf>;
