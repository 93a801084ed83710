import { randomUUID } from 'node:crypto';
import type { UserActor } from '../../domain/identity/actor.ts';
import type { TestApi } from '../../test/support/api.ts';
import type { TestDatabase } from '../../test/support/database.ts';
import {
  makeProgress,
  makeSession,
  makeSimulation,
  makeWorkspace,
  taskOf,
  type MadeSession,
  type MadeSimulation,
} from '../../test/support/factories-hiring.ts';
import { makeUser } from '../../test/support/factories-identity.ts';

/** A command about rows that no other request has touched. */
export interface Prepared {
  readonly path: string;
  readonly token: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
  /** What names its rows, in the same order for each of one kind. */
  readonly names: readonly string[];
}

export interface CommandKind {
  readonly name: string;
  prepare(): Promise<Prepared>;
}

/** Ids so long that no count or other id is taken for one of them when statements are sent again. */
const SEQUENCES = { candidate_sessions: 4_000_000, simulation_tasks: 5_000_000, submissions: 6_000_000 };

/** The four commands of hiring that candidates and recruiters wait for. */
export async function hiringCommands(api: TestApi): Promise<CommandKind[]> {
  for (const [table, first] of Object.entries(SEQUENCES)) await startAt(api.database, table, first);
  const recruiter = await makeUser();
  const simulation = await makeSimulation(recruiter);
  const session = (fields: { claimed: boolean }) => makeCandidate(api, simulation, fields.claimed);
  return [
    { name: 'invite', prepare: () => Promise.resolve(invite(api, recruiter, simulation)) },
    {
      name: 'claim',
      prepare: async () => {
        const { made, email, token } = await session({ claimed: false });
        const names = [made.id, email, made.session.tokenHash.toString('hex')];
        return { path: `/api/candidate/session/${made.token}/verify`, token, headers: {}, body: {}, names };
      },
    },
    {
      name: 'submit',
      prepare: async () => {
        const candidate = await session({ claimed: true });
        const body = { contentText: 'The plan: small steps, each of them tested.' };
        return ofTask(candidate, 'design', 'submit', body);
      },
    },
    {
      name: 'init',
      prepare: async () => {
        const candidate = await session({ claimed: true });
        await makeProgress(candidate.made, 2);
        const workspace = await makeWorkspace(candidate.made, taskOf(candidate.made, 'code'), { initializedAt: null });
        const prepared = ofTask(candidate, 'code', 'codespace/init', {});
        return { ...prepared, names: [...prepared.names, workspace.id, workspace.repoFullName] };
      },
    },
  ];
}

async function startAt(database: TestDatabase, table: string, first: number): Promise<void> {
  await database.rows(`select setval(pg_get_serial_sequence($1, 'id'), $2)`, [table, first]);
}

function invite(api: TestApi, recruiter: UserActor, { id }: MadeSimulation): Prepared {
  const inviteEmail = `${randomUUID()}@bench.test`;
  return {
    path: `/api/simulations/${id}/invite`,
    token: api.ownToken(recruiter),
    headers: {},
    body: { candidateName: 'Candidate', inviteEmail },
    names: [inviteEmail],
  };
}

interface MadeCandidate {
  readonly made: MadeSession;
  readonly email: string;
  readonly token: string;
}

async function makeCandidate(api: TestApi, simulation: MadeSimulation, claimed: boolean): Promise<MadeCandidate> {
  const email = `${randomUUID()}@bench.test`;
  const identity = { issuer: api.issuer.issuer, subject: `test|${email}`, email };
  const made = await makeSession(simulation, claimed ? { claimedBy: identity } : { inviteEmail: email });
  return { made, email, token: api.candidateToken(email) };
}

function ofTask(
  { made, email, token }: MadeCandidate,
  type: 'design' | 'code',
  command: string,
  body: object,
): Prepared {
  return {
    path: `/api/tasks/${taskOf(made, type).id}/${command}`,
    token,
    headers: { 'x-candidate-session-id': made.id },
    body,
    names: [made.id, email],
  };
}
