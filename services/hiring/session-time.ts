import { literal } from 'sequelize';
import { rowsOf } from '../../core/database.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { CandidateSession } from '../../models/candidate-session.ts';

const COLUMN = 'databaseNow';

/** For a query of sessions: brings the time along, so that `timeFor` costs no round trip. */
export const withTime = {
  attributes: { include: [[literal('now()'), COLUMN] as [ReturnType<typeof literal>, string]] },
};

/**
 * By the database's clock, at which deadlines are judged when they come: a replica whose own clock is wrong must not end a
 * candidate's time early, nor lengthen it.
 */
export async function timeFor({ db }: UnitOfWork, session: CandidateSession): Promise<Date> {
  const read: unknown = session.get(COLUMN as keyof CandidateSession);
  if (read instanceof Date) return read;
  const [row] = await rowsOf<{ now: Date }>(db, 'select now() as now');
  if (!row) throw new Error('the database does not know the time');
  return row.now;
}
