import { verify, hash } from '@node-rs/argon2';
import type { Bench } from '../harness/case.ts';
import { httpCaller } from '../harness/http.ts';
import { concurrently, interleave, timed } from '../harness/measure.ts';
import { summarise } from '../harness/stats.ts';
import { publicUrl, startApiProcess } from '../servers/api.ts';
import { startTestApi } from '../../test/support/api.ts';
import { goodPassword, makeUser } from '../../test/support/factories-identity.ts';

const BLOCKS = 10;
const BLOCK = 40;
/** As many as core/passwords.ts runs at once, and twice as many who sign in. */
const HASHES_AT_ONCE = 2;
const LOGINS_AT_ONCE = 4;
const READS = 80;
const LIMIT_MS = 120_000;
/** OWASP's first choice, as in core/passwords.ts. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export const signIn: Bench = {
  name: 'sign-in',
  about: 'logins with Argon2id against the bare hash, and what they do to a read that comes meanwhile',
  async run(stage) {
    const world = await startTestApi({ environment: { TENON_PUBLIC_URL: publicUrl } });
    stage.cleanup(() => world.close());
    const user = await makeUser({ password: goodPassword });
    const api = await startApiProcess({ database: world.database, dir: stage.dir });
    stage.cleanup(() => api.stop());
    const caller = httpCaller(`http://127.0.0.1:${api.port}`, {
      authorization: `Bearer ${world.ownToken(user)}`,
      'content-type': 'application/json',
    });
    stage.cleanup(() => Promise.resolve(caller.close()));
    const body = JSON.stringify({ email: user.email, password: goodPassword });
    const login = async (): Promise<void> => void (await caller.call('/api/v1/auth/login', { method: 'POST', body }));
    const read = (): Promise<number> => timed(() => caller.call('/api/auth/me'));
    const hashed = await hash(goodPassword, COST);
    const perSecond = async (work: () => Promise<void>, atOnce: number): Promise<number> =>
      (BLOCK * 1_000) / (await timed(() => concurrently(BLOCK, atOnce, work)));

    stage.say('  throughput');
    const rates = await interleave(
      [
        { name: 'logins', run: () => perSecond(login, LOGINS_AT_ONCE) },
        { name: 'hashes', run: () => perSecond(async () => void (await verify(hashed, goodPassword)), HASHES_AT_ONCE) },
      ],
      { rounds: BLOCKS, warmUp: 1, limitMs: LIMIT_MS },
    );

    stage.say('  reads meanwhile');
    const reads = async (): Promise<number[]> => {
      const samples: number[] = [];
      for (let at = 0; at < READS; at += 1) samples.push(await read());
      return samples;
    };
    const meanwhile = async (): Promise<number[]> => {
      const ended = new AbortController();
      const lanes = Array.from({ length: LOGINS_AT_ONCE }, async () => {
        while (!ended.signal.aborted) await login();
      });
      const samples = await reads();
      ended.abort();
      await Promise.all(lanes);
      return samples;
    };
    const found = await interleave(
      [
        { name: 'alone', run: reads },
        { name: 'meanwhile', run: meanwhile },
      ],
      { rounds: 6, warmUp: 1, limitMs: LIMIT_MS },
    );
    const rate = (name: string) => summarise(rates.get(name) ?? []).p50;
    const latency = (name: string) => summarise((found.get(name) ?? []).flat());
    const [alone, busy] = [latency('alone'), latency('meanwhile')];
    return {
      headline: [
        `logins: ${(rate('logins') / rate('hashes')).toFixed(2)} of the bare hash's throughput`,
        `a read while ${LOGINS_AT_ONCE} sign in: p50 ${(busy.p50 / alone.p50).toFixed(2)} times, p99 ${(busy.p99 / alone.p99).toFixed(2)} times`,
      ],
      tables: [
        {
          columns: ['side', 'at once', 'per second'],
          rows: [
            ['logins', LOGINS_AT_ONCE, rate('logins')],
            ['bare Argon2id', HASHES_AT_ONCE, rate('hashes')],
          ],
        },
        {
          columns: ['read of /api/auth/me', 'n', 'p50 ms', 'p99 ms', 'max ms'],
          rows: [
            ['alone', alone.count, alone.p50, alone.p99, alone.max],
            ['while others sign in', busy.count, busy.p50, busy.p99, busy.max],
          ],
        },
      ],
      notes: [
        `Blocks of ${BLOCK}, sides in turn, median block. A login also counts the attempt, starts a session and writes audit.`,
      ],
    };
  },
};
