import assert from 'node:assert/strict';
import type { WriteLimits } from '../../domain/github/write-limits.ts';
import { resetDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { startFloodWorld, type FloodWorld, type Inviting } from '../support/invite-flood.ts';

const isFull = process.env['TENON_TEST_FULL'] === '1';

interface Case {
  readonly name: string;
  readonly invites: number;
  readonly perMinute: number;
  readonly perHour: number;
  /** How many times shorter minutes and hours are. */
  readonly compress: number;
  readonly limitMs: number;
}

const cases: readonly Case[] = [
  isFull
    ? { name: '200 invites at once', invites: 200, perMinute: 80, perHour: 500, compress: 60, limitMs: 600_000 }
    : { name: 'five invites at once', invites: 5, perMinute: 4, perHour: 500, compress: 20, limitMs: 90_000 },
];

for (const { name, invites, perMinute, perHour, compress, limitMs } of cases) {
  describe(`${name}, of a flooding organisation and another, on a GitHub that limits writes`, function () {
    this.timeout(limitMs + 60_000);
    const limits: WriteLimits = {
      windows: [
        { most: perMinute, spanMs: 60_000 / compress },
        { most: perHour, spanMs: 3_600_000 / compress },
      ],
      spacingMs: 1_000 / compress,
    };
    let world: FloodWorld;
    let flooding: Inviting;
    let other: Inviting;

    before(async () => {
      await resetDatabase();
      world = await startFloodWorld(limits, { perMinute, perHour, compress });
      [flooding, other] = [await world.organisation(), await world.organisation()];
      const { login } = await world.github.control.user('octo-candidate');
      const half = Math.floor(invites / 2);
      await flooding.invite(half, login);
      await Promise.all([flooding.invite(invites - 1 - half, login), other.invite(1, login)]);
      await eventually(
        'every workspace is settled',
        async () => {
          await world.relay();
          const [left] = await world.database.rows<{ count: number }>(
            'select count(*)::int as count from workspaces where settled_generation < generation',
          );
          return left?.count === 0;
        },
        { limitMs, everyMs: 250 },
      );
    });
    after(() => world.close());

    it('makes every repository and gives access, without one refusal', async () => {
      const { counts, statuses } = await world.github.control.calls();
      assert.equal(statuses['403'], undefined);
      assert.equal(counts['POST /repos/{template_owner}/{template_repo}/generate'], 2 * invites);
      assert.equal(counts['PUT /repos/{owner}/{repo}/collaborators/{username}'], invites);
      const made = await world.database.rows(
        `select status, error_code as "errorCode", count(*)::int as count, count(access_granted_to)::int as access
         from workspaces group by 1, 2`,
      );
      assert.deepEqual(made, [{ status: 'ready', errorCode: null, count: 2 * invites, access: invites }]);
      assert.deepEqual(await world.database.rows('select from github_budgets where paused_until is not null'), []);
      const [turns] = await world.database.rows<{ waited: number; all: number }>(
        `select count(*) filter (where promised_at <> granted_at)::int as waited, count(*)::int as all
         from github_turns where granted_at is not null`,
      );
      process.stdout.write(`    ${turns?.waited} of ${turns?.all} turns had to be waited for\n`);
      // In the full one a slow machine may be what everybody waits for.
      assert.ok(isFull || (turns && turns.waited > 0), 'nobody had to wait: nothing was tried');
    });

    it('keeps the other organisation waiting for at most one repository of the flood', async () => {
      // GitHub numbers repositories as it makes them. Those whose turn had come before the other asked are not in question.
      const order = await world.database.rows<{ org: string; grantedMs: number; requestedMs: number }>(
        `select w.org_id as org, extract(epoch from t.granted_at)::float8 * 1000 as "grantedMs",
                extract(epoch from t.requested_at)::float8 * 1000 as "requestedMs"
         from workspaces w join github_turns t on t.key = 'generate/' || w.id and t.granted_at is not null
         order by w.repo_id`,
      );
      assert.equal(order.length, 2 * invites);
      const mine = order.findIndex(({ org }) => org === other.orgId);
      const asked = order[mine];
      assert.ok(asked && asked.grantedMs > 0);
      const overtook = order
        .slice(0, mine)
        .filter(({ org, grantedMs }) => org === flooding.orgId && grantedMs > asked.requestedMs)
        .filter(({ grantedMs }) => grantedMs < asked.grantedMs);
      assert.ok(overtook.length <= 1, `${overtook.length} of the flood were made in between`);
    });
  });
}
