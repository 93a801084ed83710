import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { endpoints } from '../../api/index.ts';
import { anonymous } from '../../domain/identity/actor.ts';
import { rowsOf } from '../../core/database.ts';
import { everything, recruiterOf, type Problem, type Recruiter } from '../api/hiring/world.ts';
import { startTestApi, type Reply, type TestApi } from '../support/api.ts';
import { canHaveSmallDisk, smallDisk } from './small-disk.ts';

const simulation = {
  title: 'Backend hire',
  role: 'Backend Engineer',
  techStack: 'Node.js + Postgres',
  seniority: 'Mid',
  focus: 'Durability',
  templateKey: 'node-express-ts',
};
const isFull = process.env['TENON_TEST_FULL'] === '1';

describe('a Postgres that has run out of something', function () {
  this.timeout(60_000);
  let api: TestApi;
  let recruiter: Recruiter;
  before(async () => {
    api = await startTestApi({ endpoints });
    recruiter = await recruiterOf(api);
  });
  after(() => api.close());

  const ready = (): Promise<Reply<Problem>> => api.call('get', '/api/v1/health/ready');
  const create = <Body = Problem>(key: string): Promise<Reply<Body>> =>
    api.call<Body>('post', '/api/simulations', {
      token: recruiter.token,
      headers: { 'idempotency-key': key },
      body: simulation,
    });

  function isAway({ status, headers, body }: Reply<Problem>): void {
    assert.deepEqual([status, body.errorCode, body.retryable], [503, 'DATABASE_UNAVAILABLE', true]);
    assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/);
  }

  /** The same request again, with the same key, once there is room: it is done, and once. */
  async function worksAgain(key: string): Promise<void> {
    assert.equal((await ready()).status, 200);
    const [first, second] = [await create<{ id: number }>(key), await create<{ id: number }>(key)];
    assert.deepEqual([first.status, second.status, second.body.id], [201, 201, first.body.id]);
    const rows = await api.database.rows('select from simulations where id = $1', [first.body.id]);
    assert.equal(rows.length, 1);
  }

  it('of connections: 503 while no new one is given (53300), and all is well with the first that is', async () => {
    const { name } = api.database;
    const rows = (sql: string): Promise<object[]> => api.database.rows(sql);
    const key = randomUUID();
    const drop = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and usename = 'tenon_app'`;
    await rows(`alter database ${name} connection limit 0`);
    try {
      await rows(drop);
      isAway(await ready());
      isAway(await create(key));
    } finally {
      await rows(`alter database ${name} connection limit -1`);
    }
    await worksAgain(key);
  });

  for (const table of ['simulations', 'simulation_tasks', 'idempotency_keys', 'audit_entries']) {
    it(`of disk for ${table} (53100, said by a trigger): 503, nothing is half-written, and it is done once there is room`, async () => {
      const key = randomUUID();
      const before = await everything(api.database);
      await api.database.rows(
        `create function full_disk() returns trigger language plpgsql as
         $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`,
      );
      await api.database.rows(
        `create trigger full_disk before insert or update on ${table} for each row execute function full_disk()`,
      );
      try {
        isAway(await create(key));
      } finally {
        await api.database.rows('drop function full_disk() cascade');
      }
      assert.deepEqual(without(await everything(api.database)), without(before));
      await worksAgain(key);
    });
  }

  /** What a request leaves whatever becomes of it. */
  function without({ rate_limits: _counted, ...facts }: Record<string, string>): Record<string, string> {
    return facts;
  }

  if (isFull) {
    it('of connections in the pool: 503 to whom none is free in time, and all is well with the first that is', async () => {
      const { uow, db } = api.database;
      const key = randomUUID();
      let letGo = (): void => undefined;
      const held = new Promise<void>((resolve) => (letGo = resolve));
      const holding = Array.from({ length: db.config.pool?.max ?? 0 }, () =>
        uow.read(anonymous, async () => {
          await rowsOf(db, 'select 1');
          await held;
        }),
      );
      assert.ok(holding.length > 0);
      const refused = await Promise.all([ready(), create(key)]).finally(letGo);
      await Promise.all(holding);
      for (const reply of refused) isAway(reply);
      await worksAgain(key);
    });
  }

  // Needs leave to mount: root on Linux.
  if (isFull && canHaveSmallDisk()) {
    it('of disk (a real one of 4 MB): 503, nothing is half-written, and it is done once there is room', async () => {
      const rows = (sql: string): Promise<object[]> => api.database.rows(sql);
      const disk = await smallDisk(api.database);
      try {
        await rows('alter table simulations set tablespace small_disk');
        await rows('truncate simulations cascade'); // its next row needs a new page
        await disk.fill();
        const before = await everything(api.database);
        const key = randomUUID();
        isAway(await create(key));
        assert.equal((await ready()).status, 200);
        assert.equal((await api.call('get', '/api/simulations', { token: recruiter.token })).status, 200);
        assert.deepEqual(without(await everything(api.database)), without(before));
        await disk.empty();
        await worksAgain(key);
      } finally {
        await rows('alter table simulations set tablespace pg_default');
        await disk.remove();
      }
    });
  }
});
