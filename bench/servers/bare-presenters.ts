import { presentMember } from '../../api/identity/members/presenter.ts';
import { presentListedSimulation } from '../../api/hiring/simulations/presenter.ts';
import type { SimulationListItem } from '../../services/hiring/simulations.ts';
import type { CandidateRow } from '../../services/hiring/candidate-list.ts';
import type { Member } from '../../services/identity/member-reads.ts';

/** The reads that are compared. */
export type ReadName = 'me' | 'simulations' | 'candidates' | 'members';

type Rows = readonly object[];

interface AccountRow {
  readonly number: string;
  readonly name: string;
  readonly email: string;
}

const UI = 'http://127.0.0.1:8233/namespaces/default/workflows';

/** From the rows of each statement, in order, to the product's JSON; the benchmark checks that both are equal. */
export const presenters: Readonly<Record<ReadName, (results: readonly Rows[]) => unknown>> = {
  me: (results) => {
    const { number, name, email } = last(results)[0] as AccountRow;
    return { id: Number(number), name, email, role: 'recruiter' };
  },
  simulations: (results) => (last(results) as SimulationListItem[]).map(presentListedSimulation),
  candidates: (results) => (last(results) as CandidateRow[]).map(presentCandidate),
  members: (results) => {
    const found = last(results) as (Member & { totalOfAll: string; place: string | null })[];
    const items = found.filter(({ place }) => place !== null).map(presentMember);
    return { items, total: Number(found[0]?.totalOfAll ?? 0), next_cursor: null };
  },
};

function last(results: readonly Rows[]): Rows {
  return results.at(-1) ?? [];
}

function presentCandidate(row: CandidateRow): object {
  return {
    candidateSessionId: Number(row.id),
    inviteEmail: row.inviteEmail,
    candidateName: row.candidateName,
    status: row.status,
    startedAt: row.startedAt?.toISOString() ?? null,
    completedAt: row.completedAt?.toISOString() ?? null,
    expiresAt: row.expiresAt.toISOString(),
    hasFitProfile: row.hasFitProfile,
    inviteEmailStatus: row.emailStatus,
    inviteEmailSentAt: row.emailSentAt?.toISOString() ?? null,
    inviteEmailError: row.emailError,
    sessionWorkflowUrl: `${UI}/candidate-session%2F${row.id}%2F${row.generation}`,
  };
}
