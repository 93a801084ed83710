import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { rowsOf } from '../../core/database.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { CandidateActor, SystemActor, UserActor } from '../../domain/identity/actor.ts';
import { everything } from '../api/hiring/world.ts';
import { testDatabase, useVariant, type TestDatabase, type Without } from '../support/database.ts';
import { ofCandidates, ofTheSystem, ofUsers } from './attempts.ts';
import { freshly, intruders, makeSide, type Side } from './sides.ts';

type Seen = { readonly seen: unknown } | { readonly refused: unknown };

/** Every attempt on `theirs`, by who acts in `orgId`; `inUnit` runs around it, inside its unit of work. */
function attemptsOn(database: TestDatabase, theirs: Side, orgId: string) {
  const { user, candidate, system } = intruders(theirs, orgId);
  const prepare = <A extends UserActor | CandidateActor | SystemActor>(
    actor: A,
    attempts: Readonly<Record<string, (uow: UnitOfWork<A>, theirs: Side) => Promise<unknown>>>,
  ) =>
    Object.entries(attempts).map(([name, attempt]) => ({
      name,
      run: <T>(inUnit: (work: () => Promise<unknown>, uow: UnitOfWork<A>) => Promise<T>): Promise<T> =>
        database.uow.write(actor, (uow) => inUnit(() => attempt(uow, freshly(theirs)), uow)),
    }));
  return [...prepare(user, ofUsers), ...prepare(candidate, ofCandidates), ...prepare(system, ofTheSystem)];
}

function isNothing(seen: unknown): boolean {
  return seen === undefined || seen === null || seen === false || (Array.isArray(seen) && seen.length === 0);
}

/** Makes the database take every transaction for `orgId`'s, whatever the code says. */
function pretendTenant({ db }: TestDatabase, orgId: () => string | undefined): void {
  const generator = db.getQueryInterface().queryGenerator as {
    startTransactionQuery(tx: { readonly parent?: unknown; readonly options: object }): string;
  };
  const usual = generator.startTransactionQuery.bind(generator);
  generator.startTransactionQuery = ({ parent, options }) =>
    usual({ parent, options: { ...options, ...(orgId() !== undefined && { orgId: orgId() }) } });
}

class TakenBack extends Error {}

const variants: Readonly<Record<string, Without>> = {
  'by the code and the database': {},
  'by the code alone': { rowSecurity: true },
  'by the database alone': { codeFilter: true },
  'by nothing but what each statement says': { rowSecurity: true, codeFilter: true },
};

for (const [title, without] of Object.entries(variants)) {
  describe(`organisations kept apart ${title}`, () => {
    let database: TestDatabase;
    let restore: () => Promise<void>;
    let mine: Side;
    let theirs: Side;
    let tenant: string | undefined;
    before(async () => {
      restore = await useVariant(without);
      database = await testDatabase();
      pretendTenant(database, () => tenant);
      mine = await makeSide();
      theirs = await makeSide();
    });
    after(() => restore());

    /** Names of the attempts that saw or changed something. */
    async function through(actingIn: string): Promise<string[]> {
      const names: string[] = [];
      let untouched = await everything(database);
      for (const { name, run } of attemptsOn(database, theirs, actingIn)) {
        const result: Seen = await run((work) => work()).then(
          (seen) => ({ seen }),
          (refused: unknown) => ({ refused }),
        );
        const now = await everything(database);
        if (('seen' in result && !isNothing(result.seen)) || !isDeepStrictEqual(now, untouched)) names.push(name);
        untouched = now;
      }
      return names;
    }

    it('is really the variant that it says', async () => {
      const [row] = await database.rows<{ sealed: number }>(
        `select count(*)::int as sealed from pg_class where relrowsecurity and relnamespace = 'public'::regnamespace`,
      );
      assert.equal(row?.sealed === 0, without.rowSecurity === true);
    });

    it('where every attempt does something in the own organisation', async () => {
      for (const { name, run } of attemptsOn(database, theirs, theirs.orgId)) {
        let did = false;
        const attempt = run(async (work, { db }) => {
          const seen = await work();
          const [row] = await rowsOf<{ written: string }>(
            db,
            'select sum(n_tup_ins + n_tup_upd + n_tup_del) as written from pg_stat_xact_user_tables',
          );
          did = !isNothing(seen) || Number(row?.written) > 0;
          throw new TakenBack();
        });
        await assert.rejects(
          attempt,
          (error) => error instanceof TakenBack || assert.fail(`${name}: ${String(error)}`),
        );
        assert.ok(did, `${name} neither sees nor writes anything`);
      }
    });

    if (without.rowSecurity && without.codeFilter) {
      it('which is not enough: these attempts would notice', async () => {
        const names = await through(mine.orgId);
        for (const name of ['loadSimulation', 'readSubmission', 'recordSent', 'recordRunFailed', 'loadProvisioning']) {
          assert.ok(names.includes(name), `${name} is not among ${names.join(', ')}`);
        }
      });
      return;
    }

    it('so that nobody sees or changes anything by the ids and rows of another', async () => {
      assert.deepEqual(await through(mine.orgId), []);
    });

    if (without.rowSecurity !== true) {
      it('also when the code takes itself for the other organisation', async () => {
        tenant = mine.orgId;
        try {
          assert.deepEqual(await through(theirs.orgId), []);
        } finally {
          tenant = undefined;
        }
      });
    }
  });
}
