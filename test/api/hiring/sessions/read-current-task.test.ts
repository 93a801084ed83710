import assert from 'node:assert/strict';
import type { TestApi } from '../../../support/api.ts';
import {
  makeProgress,
  makeSession,
  makeSimulation,
  type MadeSession,
  type MadeSimulation,
} from '../../../support/factories-hiring.ts';
import { queriesOf } from '../../../support/sql-spy.ts';
import {
  candidateOf,
  everything,
  messagesOf,
  recruiterOf,
  sessionHeaders,
  startHiringApi,
  trailOf,
  whileRefusing,
  type Candidate,
  type Problem,
} from '../world.ts';

interface Current {
  readonly candidateSessionId: number;
  readonly status: string;
  readonly currentDayIndex: number | null;
  readonly currentTask: { readonly id: number } | null;
  readonly completedTaskIds: number[];
  readonly progress: { readonly completed: number; readonly total: number };
  readonly isComplete: boolean;
}

const LONG_AGO = new Date('2020-01-01T00:00:00Z');

describe('GET /api/candidate/session/:id/current_task', () => {
  let api: TestApi;
  let simulation: MadeSimulation;
  before(async () => {
    api = await startHiringApi();
    simulation = await makeSimulation((await recruiterOf(api)).actor);
  });
  after(() => api.close());

  const read = <Body = Current>(
    { id }: Pick<MadeSession, 'id'>,
    { token }: Candidate,
    headers: Record<string, string> = {},
  ) => api.call<Body>('get', `/api/candidate/session/${id}/current_task`, { token, headers });

  async function refuses(made: Pick<MadeSession, 'id'>, who: Candidate, status: number, detail: string) {
    const before = await everything(api.database);
    const reply = await read<Problem>(made, who);
    assert.equal(reply.status, status);
    assert.equal(reply.body.detail, detail);
    assert.deepEqual(await everything(api.database), before);
  }

  it('shows the first day to who has just claimed', async () => {
    const ada = candidateOf(api);
    const made = await makeSession(simulation, { claimedBy: ada.identity });
    const [first] = made.tasks;
    const { status, body } = await read(made, ada);
    assert.equal(status, 200);
    assert.deepEqual(body, {
      candidateSessionId: Number(made.id),
      status: 'in_progress',
      expiresAt: made.session.expiresAt.toISOString(),
      currentDayIndex: 1,
      currentTask: {
        id: Number(first?.id),
        dayIndex: 1,
        title: 'Architecture Plan',
        type: 'design',
        description: first?.description,
      },
      completedTaskIds: [],
      progress: { completed: 0, total: 5 },
      isComplete: false,
    });
  });

  for (const day of [2, 3, 4, 5]) {
    it(`shows day ${day} when the days before are handed in`, async () => {
      const ada = candidateOf(api);
      const made = await makeSession(simulation, { claimedBy: ada.identity });
      await makeProgress(made, day);
      const { body } = await read(made, ada);
      assert.equal(body.currentDayIndex, day);
      assert.equal(body.currentTask?.id, Number(made.tasks[day - 1]?.id));
      assert.deepEqual(
        body.completedTaskIds,
        made.tasks.slice(0, day - 1).map(({ id }) => Number(id)),
      );
      assert.deepEqual(body.progress, { completed: day - 1, total: 5 });
      assert.equal(body.isComplete, false);
    });
  }

  it('shows that all is done, also long after its time', async () => {
    const ada = candidateOf(api);
    const made = await makeSession(simulation, { claimedBy: ada.identity, status: 'completed', expiresAt: LONG_AGO });
    await makeProgress(made, 6);
    const { status, body } = await read(made, ada);
    assert.equal(status, 200);
    assert.equal(body.status, 'completed');
    assert.equal(body.currentDayIndex, null);
    assert.equal(body.currentTask, null);
    assert.equal(body.completedTaskIds.length, 5);
    assert.deepEqual(body.progress, { completed: 5, total: 5 });
    assert.equal(body.isComplete, true);
  });

  it('sorts the ids of what is done as numbers', async () => {
    const ada = candidateOf(api);
    await api.database.rows(`select setval(pg_get_serial_sequence('simulation_tasks', 'id'), 99997)`);
    const crossing = await makeSimulation((await recruiterOf(api)).actor);
    const made = await makeSession(crossing, { claimedBy: ada.identity });
    await makeProgress(made, 6);
    const { body } = await read(made, ada);
    assert.deepEqual(body.completedTaskIds, [99998, 99999, 100000, 100001, 100002]);
  });

  describe('of a session that nobody has claimed', () => {
    it('claims it for whom it was meant, once', async () => {
      const ada = candidateOf(api);
      const made = await makeSession(simulation, { inviteEmail: ada.email });
      const { status, body } = await read(made, ada);
      assert.equal(status, 200);
      assert.equal(body.status, 'in_progress');
      assert.equal(body.currentDayIndex, 1);
      const before = await everything(api.database);
      assert.deepEqual((await read(made, ada)).body, body);
      assert.deepEqual(await everything(api.database), before);
      assert.deepEqual(
        (await trailOf(api.database, 'candidate_session', made.id)).map(({ action }) => action),
        ['candidate_session.claimed'],
      );
      assert.equal((await messagesOf(api.database, made.id)).length, 1);
    });

    it('claims once when six visits come at once', async () => {
      const ada = candidateOf(api);
      const made = await makeSession(simulation, { inviteEmail: ada.email });
      const replies = await Promise.all(Array.from({ length: 6 }, () => read(made, ada)));
      assert.equal(new Set(replies.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size, 1);
      assert.equal((await trailOf(api.database, 'candidate_session', made.id)).length, 1);
    });

    it('says 403 to whom it was meant while the address is unverified', async () => {
      const ada = candidateOf(api, undefined, { email_verified: false });
      const made = await makeSession(simulation, { inviteEmail: ada.email });
      await refuses(made, ada, 403, 'Email verification required');
    });

    it('says 404 to everybody else, whatever its state: an id is easily guessed', async () => {
      for (const fields of [{}, { expiresAt: LONG_AGO }, { status: 'expired' }, { status: 'revoked' }] as const) {
        const made = await makeSession(simulation, fields);
        for (const who of [candidateOf(api), candidateOf(api, undefined, { email_verified: false })]) {
          await refuses(made, who, 404, 'Candidate session not found');
        }
      }
    });

    it('says 410 to whom it was meant when it has ended', async () => {
      const ada = candidateOf(api);
      const other = await makeSimulation((await recruiterOf(api)).actor);
      const expired = await makeSession(simulation, { inviteEmail: ada.email, expiresAt: LONG_AGO });
      await refuses(expired, ada, 410, 'Invite token expired');
      const revoked = await makeSession(other, { inviteEmail: ada.email, status: 'revoked' });
      await refuses(revoked, ada, 410, 'Invite revoked');
    });

    it('leaves nothing when the claim cannot be committed', async () => {
      const ada = candidateOf(api);
      const made = await makeSession(simulation, { inviteEmail: ada.email });
      const before = await everything(api.database);
      const { status } = await whileRefusing(api.database, 'audit_entries', () => read<Problem>(made, ada));
      assert.equal(status, 500);
      assert.deepEqual(await everything(api.database), before);
    });
  });

  it('says 404 for another’s session, whatever its state, and for none', async () => {
    const ada = candidateOf(api);
    for (const fields of [{}, { status: 'expired' }, { status: 'revoked' }, { status: 'completed' }] as const) {
      const made = await makeSession(simulation, { claimedBy: candidateOf(api).identity, ...fields });
      await refuses(made, ada, 404, 'Candidate session not found');
    }
    await refuses({ id: '999999999' }, ada, 404, 'Candidate session not found');
  });

  for (const [name, fields, detail] of [
    ['expired', { status: 'expired' }, 'Invite token expired'],
    ['over by the clock alone', { expiresAt: LONG_AGO }, 'Invite token expired'],
    ['revoked', { status: 'revoked' }, 'Invite revoked'],
  ] as const) {
    it(`says 410 for one’s own that is ${name}`, async () => {
      const ada = candidateOf(api);
      await refuses(await makeSession(simulation, { claimedBy: ada.identity, ...fields }), ada, 410, detail);
    });
  }

  it('takes the session header when it says the same', async () => {
    const ada = candidateOf(api);
    const made = await makeSession(simulation, { claimedBy: ada.identity });
    assert.equal((await read(made, ada, sessionHeaders(made.id))).status, 200);
  });

  it('says 404 when the header names another session, one’s own too', async () => {
    const ada = candidateOf(api);
    const made = await makeSession(simulation, { claimedBy: ada.identity });
    const own = await makeSession(await makeSimulation((await recruiterOf(api)).actor), { claimedBy: ada.identity });
    for (const named of [own.id, '999999999']) {
      const { status, body } = await read<Problem>(made, ada, sessionHeaders(named));
      assert.equal(status, 404);
      assert.equal(body.detail, 'Candidate session not found');
    }
  });

  for (const [where, id, header] of [
    ['header', undefined, 'abc'],
    ['header', undefined, '1.5'],
    ['header', undefined, '0'],
    ['path', 'abc', undefined],
    ['path', '0', undefined],
    ['path', '9'.repeat(30), undefined],
  ] as const) {
    it(`refuses the ${where} ${header ?? id} with a 422`, async () => {
      const ada = candidateOf(api);
      const made = await makeSession(simulation, { claimedBy: ada.identity });
      const headers = header === undefined ? {} : sessionHeaders(header);
      const { status, body } = await read<Problem>({ id: id ?? made.id }, ada, headers);
      assert.equal(status, 422);
      assert.equal(body.issues[0]?.loc[0], where);
    });
  }

  it('says 500 in the contract’s words when the simulation has no tasks', async () => {
    const ada = candidateOf(api);
    const empty = await makeSimulation((await recruiterOf(api)).actor);
    const made = await makeSession(empty, { claimedBy: ada.identity });
    await api.database.rows('delete from simulation_tasks where simulation_id = $1', [empty.id]);
    const { status, body } = await read<Problem>(made, ada);
    assert.equal(status, 500);
    assert.equal(body.detail, 'Simulation has no tasks');
  });

  it('locks nothing when a claimed session is polled', async () => {
    const ada = candidateOf(api);
    const made = await makeSession(simulation, { claimedBy: ada.identity });
    const statements = await queriesOf(() => read(made, ada));
    assert.deepEqual(
      statements.filter((sql) => /for update/i.test(sql)),
      [],
    );
  });
});
