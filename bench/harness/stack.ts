import { Pool } from 'pg';
import { createLogger } from '../../core/logger.ts';
import { listenWaiter, type Waiter } from '../../core/wait.ts';
import { mintToken } from '../../local/identity/mint.ts';
import type { Role } from '../../local/identity/people.ts';
import { databaseName } from '../../local/plan.ts';
import { startWorld, type World } from '../../test/chaos/world.ts';
import type { Stage } from './case.ts';
import { httpCaller, type HttpCaller } from './http.ts';

/** The whole stack as real processes, and what a benchmark needs to use it and to look at it from outside. */
export interface Stack {
  readonly world: World;
  /** Wakes as soon as a commit of the product is heard. */
  readonly wait: Waiter;
  /** Rows as the superuser sees them, by connections that stay open. */
  readonly rows: <T extends object>(sql: string, values?: readonly unknown[]) => Promise<T[]>;
  /** Somebody who is signed in for an hour and sends JSON; `base` is the API's address if not given. */
  signIn(email: string, role: Role, base?: string): Promise<HttpCaller>;
}

/** Starts it; it ends with the stage. Runs of tests are not executed: they end as the local GitHub is told. */
export async function startStack(stage: Stage): Promise<Stack> {
  stage.say('  starting the stack');
  const starting = startWorld((line) => stage.say(line));
  const stop = (world: World): Promise<void> => world.stop();
  stage.cleanup(() => starting.then(stop, () => undefined)); // known before it is up: it may be interrupted meanwhile
  const world = await starting;
  const { addresses, databaseAdmin = '', dirs } = world.plan;
  const url = new URL(databaseAdmin);
  url.pathname = `/${databaseName}`;
  const pool = new Pool({ connectionString: url.href, max: 4, application_name: 'tenon-bench' });
  pool.on('error', () => undefined); // the query that needs it fails by itself
  stage.cleanup(() => pool.end());
  const wait = listenWaiter(addresses.databaseDirect, createLogger('bench', 'silent'));
  stage.cleanup(() => wait.close());
  return {
    world,
    wait,
    rows: async <T extends object>(sql: string, values: readonly unknown[] = []) =>
      (await pool.query<T>(sql, [...values])).rows,
    async signIn(email, role, base = addresses.api) {
      const token = await mintToken({ keyFile: dirs.identityKey, issuer: addresses.issuer, email, role });
      const caller = httpCaller(base, { authorization: `Bearer ${token}`, 'content-type': 'application/json' });
      stage.cleanup(() => Promise.resolve(caller.close()));
      return caller;
    },
  };
}
