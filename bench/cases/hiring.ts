import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Client as PgClient } from 'pg';
import type { Client } from '@temporalio/client';
import { startTestApi, type TestApi } from '../../test/support/api.ts';
import { startDevTemporal } from '../../test/support/temporal-dev.ts';
import type { Bench } from '../harness/case.ts';
import { exchangesOf, replay, type Exchange } from '../harness/exchanges.ts';
import { httpCaller, type HttpCaller } from '../harness/http.ts';
import { interleave, timed, type Side } from '../harness/measure.ts';
import { summarise } from '../harness/stats.ts';
import { publicUrl, startApiProcess } from '../servers/api.ts';
import { hiringCommands, type CommandKind, type Prepared } from './hiring-commands.ts';

const SAMPLES = Number(process.env['TENON_BENCH_SAMPLES'] ?? 400);
const WARM_UP = 20;
const LIMIT_MS = 100_000;

/** Milliseconds of one command. */
interface Sample {
  readonly whole: number;
  /** Of the whole, Temporal's part. */
  readonly starting?: number;
}

export const hiring: Bench = {
  name: 'hiring',
  about: 'invite, claim, submit and init through HTTP against the same statements and starts bare, and a plain insert',
  async run(stage) {
    const world = await startTestApi({ environment: { TENON_PUBLIC_URL: publicUrl } });
    stage.cleanup(() => world.close());
    const temporal = await startDevTemporal();
    stage.cleanup(() => temporal.stop());
    const { database, issuer } = world;
    const api = await startApiProcess({
      database,
      dir: stage.dir,
      environment: {
        TEMPORAL_ADDRESS: temporal.address,
        TENON_AUTH0_ISSUER: issuer.issuer,
        TENON_AUTH0_JWKS_URL: issuer.jwksUrl,
      },
    });
    stage.cleanup(() => api.stop());
    const caller = httpCaller(`http://127.0.0.1:${api.port}`, { 'content-type': 'application/json' });
    stage.cleanup(() => Promise.resolve(caller.close()));
    const bare = new PgClient({ connectionString: database.appUrl });
    const plain = new PgClient({ connectionString: database.adminUrl });
    await Promise.all([bare.connect(), plain.connect()]);
    stage.cleanup(() => Promise.all([bare.end(), plain.end()]));
    await plain.query('create table bench_inserts (id bigint generated always as identity primary key, body text)');
    stage.cleanup(() => database.rows('drop table bench_inserts'));

    const results: Compared[] = [];
    for (const kind of await hiringCommands(world)) {
      stage.say(`  ${kind.name}`);
      const captured = await capture(world, kind);
      const found = await interleave(sidesOf(kind, captured, { caller, bare, plain, temporal: temporal.client }), {
        rounds: SAMPLES,
        warmUp: WARM_UP,
        limitMs: LIMIT_MS,
      });
      results.push({ name: kind.name, captured, found });
    }
    return outcomeOf(results);
  },
};

/** What a command sends, as the product sent it once. */
interface Captured {
  readonly prepared: Prepared;
  readonly exchanges: readonly Exchange[];
  /** Workflows that it starts or signals. */
  readonly messages: number;
}

async function capture(api: TestApi, kind: CommandKind): Promise<Captured> {
  const send = async (prepared: Prepared): Promise<void> => {
    const { path, ...options } = prepared;
    const { status } = await api.call('post', path, options);
    assert.ok(status < 300, `${path} was answered with ${status}`);
  };
  await send(await kind.prepare()); // connections, keys and listeners are there from now on
  const prepared = await kind.prepare();
  const before = api.delivered.length;
  const exchanges = await exchangesOf(() => send(prepared));
  return { prepared, exchanges, messages: api.delivered.length - before };
}

interface Ends {
  readonly caller: HttpCaller;
  readonly bare: PgClient;
  readonly plain: PgClient;
  readonly temporal: Client;
}

function sidesOf(kind: CommandKind, captured: Captured, { caller, bare, plain, temporal }: Ends): Side<Sample>[] {
  return [
    {
      name: 'tenon',
      async run() {
        const { path, token, headers, body } = await kind.prepare();
        const options = {
          method: 'POST',
          headers: { ...headers, authorization: `Bearer ${token}` },
          body: JSON.stringify(body),
        };
        return { whole: await timed(() => caller.call(path, options)) };
      },
    },
    {
      name: 'bare',
      async run() {
        const { names } = await kind.prepare();
        const others = new Map(captured.prepared.names.map((name, at) => [name, names[at] ?? name]));
        const statements = await timed(() => replay(bare, captured.exchanges, others));
        const starting = await timed(async () => {
          for (let at = 0; at < captured.messages; at += 1) await startBare(temporal);
        });
        return { whole: statements + starting, starting };
      },
    },
    {
      name: 'insert',
      run: async () => ({
        whole: await timed(() => plain.query('insert into bench_inserts (body) values ($1)', ['x'])),
      }),
    },
  ];
}

/** Nobody works on its queue, as nobody works on the product's here: what a caller waits for is that Temporal has it. */
async function startBare(temporal: Client): Promise<void> {
  await temporal.workflow.start('bare', { workflowId: `bare/${randomUUID()}`, taskQueue: 'bench', args: [{}] });
}

interface Compared {
  readonly name: string;
  readonly captured: Captured;
  readonly found: ReadonlyMap<string, readonly Sample[]>;
}

function outcomeOf(results: readonly Compared[]): Awaited<ReturnType<Bench['run']>> {
  const of = ({ found }: Compared, side: string) => summarise((found.get(side) ?? []).map(({ whole }) => whole));
  return {
    headline: results.map((result) => {
      const [tenon, bare, insert] = [of(result, 'tenon'), of(result, 'bare'), of(result, 'insert')];
      return `${result.name}: p50 ${(tenon.p50 / bare.p50).toFixed(2)} times, p99 ${(tenon.p99 / bare.p99).toFixed(2)} times the same statements and starts bare; ${(tenon.p50 / insert.p50).toFixed(0)} plain inserts`;
    }),
    tables: [
      {
        columns: ['command', 'side', 'n', 'p50 ms', 'p99 ms', 'max ms', 'of p50 at Temporal'],
        rows: results.flatMap((result) =>
          ['tenon', 'bare', 'insert'].map((side) => {
            const { count, p50, p99, max } = of(result, side);
            const starting = summarise((result.found.get(side) ?? []).map((sample) => sample.starting ?? Number.NaN));
            return [result.name, side, count, p50, p99, max, starting.p50];
          }),
        ),
      },
      {
        columns: ['command', 'statements', 'transactions', 'workflows started or signalled'],
        rows: results.map(({ name, captured: { exchanges, messages } }) => [
          name,
          exchanges.length,
          exchanges.filter(({ text }) => /\bCOMMIT\b/i.test(text)).length,
          messages,
        ]),
      },
    ],
    notes: [
      'Each command once, on rows of its own; one at a time, sides in turn. Bare: what the product sent for such a command (BEGIN, row-level security and COMMIT among it), one statement after the other by pg in this process, without HTTP, and then as many plain starts of workflows, one after the other as the product does.',
      'Postgres forces nothing to disk here, Temporal is the dev server in memory without workers. Init is of a repository that is ready, as invites have it made ahead.',
    ],
  };
}
