import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { integer, record, sample } from 'fast-check';
import { AUDIT_FORMAT, exportLine, type ChainHead, type ExportRow } from '../../domain/identity/audit-chain.ts';
import { verifyAudit } from '../../scripts/verify-audit.ts';
import { propertyRun } from '../adapters/artifacts/property.ts';
import { resetDatabase, type TestDatabase } from '../support/database.ts';
import { makeOrganization } from '../support/factories-identity.ts';
import { until } from '../support/temporal-until.ts';

const root = join(import.meta.dirname, '../..');
const KILLS = process.env['TENON_TEST_FULL'] === '1' ? 40 : 5;

/** When to kill: after so many commits that the process has told of, and a little later. */
interface Moment {
  readonly commits: number;
  readonly laterMs: number;
}

const moment = record<Moment>({ commits: integer({ min: 1, max: 40 }), laterMs: integer({ min: 0, max: 12 }) });

describe('a process that is killed while it writes', () => {
  let database: TestDatabase;
  let orgId: string;
  before(async () => {
    database = await resetDatabase();
    orgId = (await makeOrganization()).id;
  });

  /** @returns ids that the process has told of as committed */
  async function writeAndKill(name: string, { commits, laterMs }: Moment): Promise<string[]> {
    const args = ['--import', 'tsx', 'test/core/audit-writer.process.ts', database.appUrl, orgId, name];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    const told: string[] = [];
    try {
      const lines = createInterface({ input: child.stdout });
      lines.on('line', (line) => {
        if (line.length === 36) told.push(line); // the last one may be cut
      });
      await until(`commit ${commits}`, () => told.length >= commits || child.exitCode !== null);
      await pause(laterMs);
      assert.equal(child.exitCode, null, 'it writes until it is killed');
    } finally {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    }
    await until('the end of its connections', async () => {
      const left = await database.rows('select pid from pg_stat_activity where application_name = $1', [name]);
      return left.length === 0;
    });
    return told;
  }

  const idsOf = async (sql: string): Promise<string[]> =>
    (await database.rows<{ id: string }>(sql, [orgId])).map(({ id }) => id);

  async function assertWhole(told: readonly string[]): Promise<void> {
    const changes = await idsOf('select id from users where org_id = $1 order by 1');
    const audited = await idsOf(
      `select resource_id as id from audit_entries where org_id = $1 and action = 'user.created' order by 1`,
    );
    assert.deepEqual(audited, changes, 'no change without its audit entry, no entry without its change');
    const roles = await idsOf('select user_id as id from user_roles where org_id = $1 order by 1');
    assert.deepEqual(roles, changes, 'no half of a change');
    const kept = new Set(changes);
    assert.ok(
      told.every((id) => kept.has(id)),
      'what was told as committed is there',
    );
  }

  async function assertChain(): Promise<void> {
    const rows = await database.rows<ExportRow>(
      `select seq::int, body, encode(prev_hash, 'hex') as "prevHash", encode(hash, 'hex') as hash
       from audit_entries where org_id = $1 order by seq`,
      [orgId],
    );
    const [head] = await database.rows<ChainHead>(
      `select seq::int, encode(hash, 'hex') as hash from audit_heads where org_id = $1`,
      [orgId],
    );
    const header = JSON.stringify({ format: AUDIT_FORMAT, orgId, exportedAt: new Date().toISOString(), head });
    const bytes = Buffer.from([header, ...rows.map(exportLine)].join('\n'));
    const { exitCode, sentence } = await verifyAudit(Readable.from([bytes]));
    assert.equal(exitCode, 0, sentence);
  }

  it('leaves every change with its audit entry, every entry with its change, and a whole chain', async () => {
    const moments = sample(moment, { ...propertyRun<Moment>(), numRuns: KILLS });
    for (const [index, at] of moments.entries()) {
      const told = await writeAndKill(`writer-${index}`, at);
      assert.ok(told.length >= at.commits);
      await assertWhole(told);
      await assertChain();
    }
  }).timeout(KILLS * 20_000);
});
