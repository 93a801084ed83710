import { statementsOf, type Statement } from '../../test/support/sql-spy.ts';
import { publicUrl } from '../servers/api.ts';
import type { ReadName } from '../servers/bare-presenters.ts';
import { startTestApi } from '../../test/support/api.ts';
import type { TestDatabase } from '../../test/support/database.ts';
import { makeSession, makeSimulation } from '../../test/support/factories-hiring.ts';
import { makeUser } from '../../test/support/factories-identity.ts';

const ROWS = 50;

export interface Read {
  readonly name: ReadName;
  readonly path: string;
  /** What the product sends to Postgres for it. */
  readonly sent: readonly Statement[];
}

export interface ReadsWorld {
  readonly database: TestDatabase;
  /** Our own, as after a sign-in with a password. */
  readonly token: string;
  readonly reads: readonly Read[];
  close(): Promise<void>;
}

/** Fifty simulations, one with fifty candidates, fifty members; another organisation with as much, which nobody may see. */
export async function makeReads(): Promise<ReadsWorld> {
  const api = await startTestApi({ environment: { TENON_PUBLIC_URL: publicUrl } });
  const { database } = api;
  await makeOrganisation();
  const { recruiter, simulationId } = await makeOrganisation();
  await database.rows('analyze');
  const token = api.ownToken(recruiter);
  const paths: Readonly<Record<ReadName, string>> = {
    me: '/api/auth/me',
    simulations: '/api/simulations',
    candidates: `/api/simulations/${simulationId}/candidates`,
    members: '/api/v1/org/users',
  };
  const reads: Read[] = [];
  for (const [name, path] of Object.entries(paths) as [ReadName, string][]) {
    await api.call('get', path, { token });
    reads.push({ name, path, sent: await statementsOf(() => api.call('get', path, { token })) });
  }
  return { database, token, reads, close: () => api.close() };
}

async function makeOrganisation() {
  const recruiter = await makeUser();
  for (let at = 1; at < ROWS; at += 1) await makeUser({ orgId: recruiter.orgId, roles: ['recruiter'] });
  const first = await makeSimulation(recruiter);
  for (let at = 1; at < ROWS; at += 1) await makeSimulation(recruiter);
  for (let at = 0; at < ROWS; at += 1) await makeSession(first);
  return { recruiter, simulationId: first.id };
}
