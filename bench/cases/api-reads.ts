import assert from 'node:assert/strict';
import type { Bench, Stage } from '../harness/case.ts';
import { startChild, type Child } from '../harness/child.ts';
import { httpCaller, type HttpCaller } from '../harness/http.ts';
import { concurrently, interleave, timed } from '../harness/measure.ts';
import type { Row } from '../harness/report.ts';
import { isTransactional } from '../../test/support/sql-spy.ts';
import { summarise } from '../harness/stats.ts';
import { startApiProcess } from '../servers/api.ts';
import { makeReads, type Read, type ReadsWorld } from './api-reads-world.ts';

const POOL = 10;
const LATENCY_ROUNDS = 500;
const BLOCKS = 12;
const BLOCK = 100;
const AT_ONCE = 8;
const LIMIT_MS = 40_000;
/** Names of reads, to profile them alone. */
const ONLY = process.env['TENON_BENCH_READS']?.split(',');

export const apiReads: Bench = {
  name: 'api-reads',
  about: 'four reads of the real API against bare Koa and pg with the same statements and JSON',
  async run(stage) {
    const world = await makeReads();
    stage.cleanup(() => world.close());
    const api = await startApiProcess({ ...world, dir: stage.dir, environment: { DATABASE_POOL_SIZE: String(POOL) } });
    stage.cleanup(() => api.stop());
    const callerOf = (port: number, headers: Readonly<Record<string, string>> = {}): HttpCaller => {
      const caller = httpCaller(`http://127.0.0.1:${port}`, headers);
      stage.cleanup(() => Promise.resolve(caller.close()));
      return caller;
    };
    const bare = await startBare(stage, world, false);
    const inTransactions = await startBare(stage, world, true);
    const sides = [
      { name: 'tenon', caller: callerOf(api.port, { authorization: `Bearer ${world.token}` }) },
      { name: 'bare', caller: callerOf(bare.port) },
      { name: 'bare, in transactions', caller: callerOf(inTransactions.port) },
    ];
    const results: Compared[] = [];
    for (const read of world.reads) {
      if (ONLY && !ONLY.includes(read.name)) continue;
      stage.say(`  ${read.path}`);
      results.push(await compare(read, sides));
    }
    return {
      headline: results.map(
        ({ read, throughput, p50, p99, inTransactions }) =>
          `${read.name}: ${throughput.toFixed(2)} of bare's throughput (${inTransactions.toFixed(2)} of bare in the same transactions), p50 ${p50.toFixed(2)} times, p99 ${p99.toFixed(2)} times, ${queriesOf(read)} queries`,
      ),
      tables: [
        {
          columns: ['read', 'side', 'n', 'p50 ms', 'p99 ms', 'max ms', 'requests/s'],
          rows: results.flatMap(({ rows }) => rows),
        },
        {
          columns: ['read', 'queries', 'statements', 'bytes'],
          rows: results.map(({ read, bytes }) => [read.name, queriesOf(read), read.sent.length, bytes]),
        },
      ],
      notes: [
        `Latency: one request at a time, sides in turn. Throughput: blocks of ${BLOCK} requests, ${AT_ONCE} at a time, sides in turn, median block. Pools of ${POOL}.`,
        'Tenon verifies an RS256 token, opens units of work under row-level security, counts and logs; bare does none of that.',
      ],
    };
  },
};

/** Against `bare`, unless it says otherwise. */
interface Compared {
  readonly read: Read;
  readonly throughput: number;
  readonly p50: number;
  readonly p99: number;
  /** Throughput against bare in the product's transactions. */
  readonly inTransactions: number;
  readonly bytes: number;
  readonly rows: readonly Row[];
}

interface HttpSide {
  readonly name: string;
  readonly caller: HttpCaller;
}

async function compare(read: Read, sides: readonly HttpSide[]): Promise<Compared> {
  const { path } = read;
  const [first = '', ...others] = await Promise.all(sides.map(({ caller }) => caller.call(path)));
  for (const other of others) assert.deepEqual(JSON.parse(other), JSON.parse(first), `all sides answer ${path} alike`);
  const latency = await interleave(
    sides.map(({ name, caller }) => ({ name, run: () => timed(() => caller.call(path)) })),
    { rounds: LATENCY_ROUNDS, warmUp: 150, limitMs: LIMIT_MS },
  );
  const blocks = await interleave(
    sides.map(({ name, caller }) => ({
      name,
      run: async () => {
        const ms = await timed(() => concurrently(BLOCK, AT_ONCE, async () => void (await caller.call(path))));
        return (BLOCK * 1_000) / ms;
      },
    })),
    { rounds: BLOCKS, warmUp: 3, limitMs: LIMIT_MS },
  );
  const found = sides.map(({ name }) => {
    const { p50: perSecond } = summarise(blocks.get(name) ?? []);
    return { name, perSecond, ...summarise(latency.get(name) ?? []) };
  });
  const [tenon, bare, transactions] = found;
  assert(tenon && bare && transactions);
  return {
    read,
    throughput: tenon.perSecond / bare.perSecond,
    p50: tenon.p50 / bare.p50,
    p99: tenon.p99 / bare.p99,
    inTransactions: tenon.perSecond / transactions.perSecond,
    bytes: Buffer.byteLength(first),
    rows: found.map(({ name, count, p50, p99, max, perSecond }) => [read.name, name, count, p50, p99, max, perSecond]),
  };
}

/** Without transactions it connects past row-level security, with them as the API does. */
function startBare(stage: Stage, { database, reads }: ReadsWorld, transactions: boolean): Promise<Child> {
  const routes = reads.map(({ name, path, sent }) => {
    const statements = sent.filter((statement) => transactions || !isTransactional(statement));
    return [path, { name, statements }] as const;
  });
  const child = startChild({
    dir: stage.dir,
    ready: 'listening',
    args: ['--import', 'tsx', 'bench/servers/bare.process.ts'],
    env: {
      BARE_DATABASE_URL: transactions ? database.appUrl : database.adminUrl,
      BARE_TRANSACTIONS: transactions ? '1' : '0',
      BARE_POOL: String(POOL),
      BARE_READS: JSON.stringify(Object.fromEntries(routes)),
    },
  });
  stage.cleanup(() => child.then(({ stop }) => stop()));
  return child;
}

function queriesOf({ sent }: Read): number {
  return sent.filter((statement) => !isTransactional(statement)).length;
}
