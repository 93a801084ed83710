import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import type { Client } from 'pg';
import { ConnectionError, type Sequelize } from 'sequelize';
import { assertOutsideUnitOfWork, connectDatabase, openUnit, rowsOf } from '../../core/database.ts';
import { sqlStateOf } from '../../core/transaction.ts';
import { unitsOfWork, type UnitsOfWork } from '../../core/unit-of-work.ts';
import { anonymous, systemActor } from '../../domain/identity/actor.ts';
import { User } from '../../models/user.ts';
import { resetDatabase, type TestDatabase } from '../support/database.ts';
import { makeOrganization, makeUser } from '../support/factories-identity.ts';
import { probeStart as start } from './probe.ts';

// Quoted, not in dollars: those mark parameters.
const RAISE_DEADLOCK = `do 'begin raise exception ''deadlock'' using errcode = ''40P01''; end'`;

describe('a unit of work', () => {
  let database: TestDatabase;
  let uow: UnitsOfWork;
  let orgId: string;
  before(async () => {
    database = await resetDatabase();
    ({ uow } = database);
  });
  beforeEach(async () => {
    orgId = (await makeOrganization()).id;
  });

  const actor = () => systemActor(orgId, 'test');
  const insertUser = (db: Sequelize, email: string) =>
    rowsOf(db, 'insert into users (org_id, email, name) values ($1, $2, $3) returning id', [orgId, email, 'Name']);
  const emails = async (): Promise<string[]> => {
    const rows = await database.rows<{ email: string }>('select email from users where org_id = $1 order by 1', [
      orgId,
    ]);
    return rows.map(({ email }) => email);
  };

  it('commits rows and returns what the work gave', async () => {
    const value = await uow.write(actor(), async ({ db }) => {
      await insertUser(db, 'a@x.test');
      return 7;
    });
    assert.equal(value, 7);
    assert.deepEqual(await emails(), ['a@x.test']);
  });

  it('sets the tenant in the same statement as BEGIN', async () => {
    const seen: string[] = [];
    const { db } = database;
    await uow.write(actor(), async () => {
      await db.query('select 1', { logging: (sql) => seen.push(sql) });
      const [row] = await rowsOf<{ org: string }>(db, "select current_setting('app.org_id') as org");
      assert.equal(row?.org, orgId);
    });
    const generator = db.getQueryInterface().queryGenerator as { startTransactionQuery(tx: object): string };
    assert.equal(
      generator.startTransactionQuery({ options: { orgId: "x'; drop table users; --", readOnly: true } }),
      "START TRANSACTION READ ONLY;SELECT set_config('app.org_id','x''; drop table users; --',true),set_config('statement_timeout','15000',true),set_config('idle_in_transaction_session_timeout','15000',true);",
    );
    assert.equal(seen.length, 1);
  });

  it('lets no statement wait for longer than somebody would for an answer', async () => {
    const limit = await uow.read(actor(), ({ db }) =>
      rowsOf<{ ms: string }>(
        db,
        `select extract(epoch from current_setting('statement_timeout')::interval) * 1000 as ms`,
      ),
    );
    assert.equal(Number(limit[0]?.ms), 15_000);
    const waiting = uow.write(actor(), async ({ db }) => {
      await rowsOf(db, `select set_config('statement_timeout', '20', true)`);
      await rowsOf(db, 'select pg_sleep(60)');
    });
    await assert.rejects(waiting, (error) => sqlStateOf(error) === '57014');
  });

  it('leaves nothing when the work fails: no rows, no audit entry, no message', async () => {
    const failed = uow.write(actor(), async (unit) => {
      await insertUser(unit.db, 'a@x.test');
      unit.audit({ action: 'user.created', resource: { type: 'user', id: '1' } });
      unit.enqueue({ start: start(orgId) });
      throw new Error('changed my mind');
    });
    await assert.rejects(failed, /changed my mind/);
    assert.deepEqual(await emails(), []);
    const [counts] = await database.rows<{ audit: string; outbox: string }>(
      `select (select count(*) from audit_entries where org_id = $1 and action = 'user.created') as audit,
              (select count(*) from outbox where org_id = $1) as outbox`,
      [orgId],
    );
    assert.deepEqual(counts, { audit: '0', outbox: '0' });
  });

  it('refuses another one inside', async () => {
    await assert.rejects(
      uow.write(actor(), () => uow.read(actor(), () => Promise.resolve(1))),
      /nested unit of work/,
    );
  });

  it('refuses a query outside', async () => {
    await assert.rejects(rowsOf(database.db, 'select 1'), /stray query/);
  });

  it('refuses a query after its end', async () => {
    const lateQuery = async (query: () => Promise<unknown>): Promise<unknown> => {
      let end: () => void = () => undefined;
      const ended = new Promise<void>((done) => (end = done));
      let late: Promise<unknown> = Promise.resolve();
      await uow.write(actor(), async () => {
        late = ended.then(query);
      });
      end();
      return late;
    };
    await assert.rejects(
      lateQuery(() => rowsOf(database.db, 'select 1')),
      /query after its unit of work/,
    );
    await assert.rejects(
      lateQuery(() => User.findAll({ where: { orgId } })),
      /has been called on this transaction/,
    );
  });

  it('refuses a query of another database inside', async () => {
    const other = connectDatabase(database.appUrl, { poolSize: 1, applicationName: 'other' });
    await assert.rejects(
      uow.write(actor(), () => rowsOf(other, 'select 1')),
      /query of another database/,
    );
    await other.close();
  });

  it('refuses transactions and savepoints of its own, and so findOrCreate', async () => {
    await assert.rejects(
      uow.write(actor(), ({ db }) => db.transaction(() => Promise.resolve())),
      /no transaction inside a unit of work/,
    );
    const email = 'found@x.test';
    await assert.rejects(
      uow.write(actor(), () => User.findOrCreate({ where: { orgId, email }, defaults: { orgId, email, name: 'F' } })),
      /no savepoints/,
    );
  });

  it('refuses calls to the outside that say what they are', async () => {
    await assert.rejects(
      uow.write(actor(), async () => assertOutsideUnitOfWork('GitHub')),
      /GitHub inside an open unit of work/,
    );
    assertOutsideUnitOfWork('GitHub');
  });

  for (const kind of ['write', 'read'] as const) {
    it(`finds a failed query that somebody swallowed, instead of committing nothing: ${kind}`, async () => {
      const heard = new Set<boolean>(); // pg may hear of the failed transaction before we go on, or after
      for (let tries = 0; heard.size < 2; tries += 1) {
        assert.ok(tries < 2_000, 'both are met');
        const work = uow[kind](actor(), async ({ db }) => {
          if (kind === 'write') await insertUser(db, 'a@x.test');
          await rowsOf(db, 'select 1/0').catch(() => undefined);
          const tx: unknown = openUnit.getStore()?.tx;
          heard.add((tx as { connection: { readyForQuery: boolean } }).connection.readyForQuery);
        });
        await assert.rejects(work, /a failed query was swallowed/);
      }
      await uow.write(actor(), ({ db }) => insertUser(db, 'next@x.test'));
      assert.deepEqual(await emails(), ['next@x.test']);
    });
  }

  it('that reads cannot write, record or enqueue', async () => {
    await assert.rejects(
      uow.read(actor(), ({ db }) => insertUser(db, 'a@x.test')),
      /read-only transaction/,
    );
    await assert.rejects(
      uow.read(actor(), async (unit) => unit.audit({ action: 'x.read', resource: { type: 'x', id: '1' } })),
      /audit in a read-only unit of work/,
    );
    await assert.rejects(
      uow.read(actor(), async (unit) => unit.enqueue({ start: start(orgId) })),
      /enqueue in a read-only unit of work/,
    );
  });

  it('repeats the whole work on a deadlock or a serialization failure, twice at most', async () => {
    let tries = 0;
    const failing = (times: number) =>
      uow.write(actor(), async ({ db }) => {
        tries += 1;
        await insertUser(db, `try${tries}@x.test`);
        if (tries <= times) await rowsOf(db, RAISE_DEADLOCK);
      });
    await failing(2);
    assert.equal(tries, 3);
    assert.deepEqual(await emails(), ['try3@x.test']);
    tries = 10;
    await assert.rejects(failing(99), /deadlock/);
    assert.equal(tries, 13);
  });

  it('resolves a real deadlock', async () => {
    const [a, b] = [await makeUser({ orgId, email: 'a@x.test' }), await makeUser({ orgId, email: 'b@x.test' })];
    let met = 0;
    let release: () => void = () => undefined;
    const bothHoldOne = new Promise<void>((done) => (release = done));
    const touch = (first: string, second: string) =>
      uow.write(actor(), async ({ db }) => {
        await rowsOf(db, "update users set name = name || '+' where id = $1", [first]);
        met += 1;
        if (met === 2) release();
        await bothHoldOne;
        await rowsOf(db, "update users set name = name || '+' where id = $1", [second]);
      });
    await Promise.all([touch(a.userId, b.userId), touch(b.userId, a.userId)]);
    const names = await database.rows<{ name: string }>('select name from users where org_id = $1', [orgId]);
    assert.ok(names.every(({ name }) => name.endsWith('++') && !name.endsWith('+++')));
  });

  it('sees its own tenant only, and writes into no other', async () => {
    const other = await makeOrganization();
    await makeUser({ orgId: other.id, email: 'theirs@x.test' });
    await uow.read(actor(), async ({ db }) => {
      assert.deepEqual(await rowsOf(db, 'select id from users where email = $1', ['theirs@x.test']), []);
    });
    await assert.rejects(
      uow.write(actor(), ({ db }) =>
        rowsOf(db, 'insert into users (org_id, email, name) values ($1, $2, $3)', [other.id, 'x@x.test', 'X']),
      ),
      /row-level security/,
    );
  });

  it('without a tenant sees nothing but look-ups', async () => {
    await makeUser({ orgId, email: 'found@x.test' });
    await uow.read(anonymous, async ({ db }) => {
      assert.deepEqual(await rowsOf(db, 'select id from users'), []);
      assert.equal((await rowsOf(db, 'select id from lookup_users_by_email($1)', ['found@x.test'])).length, 1);
    });
  });

  it('keeps tenants apart when many run at once', async () => {
    const orgs = await Promise.all(Array.from({ length: 4 }, () => makeOrganization()));
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const org = orgs[index % orgs.length];
        await uow.write(systemActor(org?.id ?? '', 'test'), async ({ db }) => {
          const [row] = await rowsOf<{ id: string }>(db, 'select id from organizations');
          assert.equal(row?.id, org?.id);
        });
      }),
    );
  });

  it('that fails on a connection that pg has given up hands it to nobody else', async () => {
    const db = connectDatabase(database.appUrl, { poolSize: 1, applicationName: 'one' });
    const units = unitsOfWork({ db, deliver: () => Promise.resolve([]), onMarkError: () => undefined });
    try {
      const failing = units.read(actor(), async () => {
        const tx: unknown = openUnit.getStore()?.tx;
        const { connection } = tx as { connection: Client };
        const silent = { text: 'select pg_sleep(2)', query_timeout: 20 }; // as if the server said nothing any more
        await connection.query(silent);
      });
      const next = units.read(actor(), () => rowsOf<{ one: number }>(db, 'select 1 as one'));
      await assert.rejects(failing, /Query read timeout/);
      assert.deepEqual(await next, [{ one: 1 }]);
    } finally {
      await db.close();
    }
  });

  it('that loses its connection fails, and the next one works', async () => {
    const killed = uow.write(actor(), async ({ db }) => {
      const [row] = await rowsOf<{ pid: number }>(db, 'select pg_backend_pid() as pid');
      await database.rows('select pg_terminate_backend($1)', [row?.pid]);
      await insertUser(db, 'a@x.test');
    });
    await assert.rejects(killed, (error) => sqlStateOf(error) === '57P01' || error instanceof ConnectionError);
    for (const kind of ['write', 'read'] as const) {
      const cut = uow[kind](actor(), async ({ db }) => {
        const tx: unknown = openUnit.getStore()?.tx;
        (tx as { connection: { connection: { stream: Socket } } }).connection.connection.stream.destroy();
        await rowsOf(db, 'select 1');
      });
      await assert.rejects(cut, ConnectionError);
    }
    await uow.write(actor(), ({ db }) => insertUser(db, 'b@x.test'));
    assert.deepEqual(await emails(), ['b@x.test']);
  });
});
