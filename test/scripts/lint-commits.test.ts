import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkoutDir } from '../../local/paths.ts';
import { lintCommits } from '../../scripts/lint-commits.ts';
import { checkCommits } from '../../scripts/lint-commits/check.ts';
import { readSource } from '../../scripts/lint-commits/source.ts';

const check = (lines: readonly string[], path = 'worker/probe.ts') => checkCommits(path, lines.join('\n'));
/** Lines of a file that need an annotation and have none. */
const undocumented = (...lines: string[]): number[] => {
  const { exceptions, problems } = check(lines);
  assert.deepEqual(exceptions, []);
  for (const { text } of problems) assert.match(text, /^this .+, past the unit of work: run it in one, or write/);
  return problems.map(({ line }) => line);
};

describe('npm run lint:commits', () => {
  it('finds a transaction that is opened, on one line or in a chain', () => {
    assert.deepEqual(undocumented('await db.transaction(work);'), [1]);
    assert.deepEqual(undocumented('await db', '  .transaction<Row>(work);'), [2]);
    assert.deepEqual(undocumented('const { transaction } = options;', 'find({ transaction });'), []);
  });

  it('finds a pool or client of pg’s where it is made, under whatever name', () => {
    assert.deepEqual(undocumented("import { Pool } from 'pg';", 'const pool = new Pool({ max: 1 });'), [2]);
    assert.deepEqual(undocumented("import { Client as Pg } from 'pg';", 'new Pg();', 'new Pg();'), [2, 3]);
    assert.deepEqual(undocumented("import pg from 'pg';", 'new pg.Client();'), [2]);
    assert.deepEqual(undocumented("import { Pool } from 'pg';", 'class Own extends Pool {}'), [2]);
  });

  it('finds the import of a file that is handed one', () => {
    assert.deepEqual(undocumented('', "import type { Pool } from 'pg';"), [2]);
    assert.deepEqual(undocumented('import {', '  type PoolClient,', "} from 'pg';"), [1]);
    assert.deepEqual(undocumented("import * as pg from 'pg';", 'const { Pool } = pg;'), [1]);
    assert.deepEqual(undocumented("const { Pool } = await import('pg');"), [1]);
    assert.deepEqual(undocumented("export { Pool } from 'pg';"), [1]);
    assert.deepEqual(undocumented("import { types, type DatabaseError } from 'pg';"), []);
  });

  it('does not take another package’s Client for pg’s', () => {
    const temporal = "import { Client } from '@temporalio/client';";
    assert.deepEqual(undocumented(temporal, 'new Client({ connection });'), []);
    assert.deepEqual(undocumented(temporal, "import { Client as Pg } from 'pg';", 'new Client();', 'new Pg();'), [4]);
  });

  it('finds a connection of Sequelize’s beside the one that refuses stray queries', () => {
    assert.deepEqual(undocumented('const db = new Sequelize(url);', 'db.connectionManager.getConnection();'), [1, 2]);
  });

  it('finds the statements of a transaction, wherever they stand in the SQL', () => {
    for (const sql of [
      "'begin'",
      '"COMMIT;"',
      "'begin isolation level serializable'",
      '`rollback to savepoint ${name}`',
      '`savepoint ${name}`',
      '`START TRANSACTION${mode};select 1`',
      '`update tasks set day = 1; commit`',
    ]) {
      assert.deepEqual(undocumented(`await client.query(${sql});`), [1], sql);
    }
    assert.deepEqual(undocumented('const up = `', '  create table a ();', '  commit;', '`;'), [1]);
  });

  it('does not take git’s words, prose or the body of a function for them', () => {
    assert.deepEqual(undocumented("await git(dir, 'commit', '--quiet');"), []);
    assert.deepEqual(undocumented("throw new Error('begin anew');", "await client.query('select 1');"), []);
    assert.deepEqual(undocumented('const up = `', '  declare day int;', '  begin', '    return day;', '  end`;'), []);
  });

  it('looks at code only, not into comments, strings and regular expressions', () => {
    const dead = ['// db.transaction(work)', '/* new Sequelize( */', "const text = 'db.transaction(work)';"];
    assert.deepEqual(
      undocumented(...dead, 'return /"db.transaction(work)/;', 'const nested = `${`new Sequelize(`}`;'),
      [],
    );
    assert.deepEqual(undocumented("const url = 'http://a'; db.transaction(work);"), [1]);
    assert.deepEqual(undocumented('const text = `${{ a: db.transaction(work) }.a}`;'), [1]);
  });

  it('lists an annotated exception with its reason, on its line or alone on the line above', () => {
    const { exceptions, problems } = check([
      'db.transaction(work); // commit-ok: beside it',
      '// commit-ok: above it',
      'db.transaction(work);',
    ]);
    assert.deepEqual(problems, []);
    assert.deepEqual(exceptions, [
      { line: 1, text: 'beside it' },
      { line: 3, text: 'above it' },
    ]);
  });

  it('gives an annotation to one line only', () => {
    const lines = ["client.query('begin'); // commit-ok: the first", "client.query('commit');"];
    assert.deepEqual(
      check(lines).problems.map(({ line }) => line),
      [2],
    );
    const { problems } = check(['// commit-ok: two lines above', '', 'db.transaction(work);']);
    assert.deepEqual(
      problems.map(({ line }) => line),
      [1, 3],
    );
  });

  it('refuses an annotation without a reason', () => {
    for (const annotation of ['// commit-ok:', '// commit-ok', '// commit-ok: …']) {
      const { exceptions, problems } = check([annotation, 'db.transaction(work);']);
      assert.deepEqual(exceptions, []);
      assert.match(problems[0]?.text ?? '', /^this commit-ok gives no reason: write/);
      assert.equal(problems.length, 1);
    }
  });

  it('refuses an annotation at what is no exception, or has one already', () => {
    for (const lines of [
      ['// commit-ok: it was one', 'rowsOf(db, sql);'],
      ['// commit-ok: above', 'db.transaction(work); // commit-ok: beside'],
    ]) {
      const { problems } = check(lines);
      assert.match(problems[0]?.text ?? '', /^this commit-ok stands at nothing .+: remove it, or move it/);
      assert.equal(problems.length, 1);
    }
  });

  it('asks the rule’s own home for no annotation of what it is there for, and of nothing else', () => {
    const takes = ["import type { ClientBase } from 'pg';", 'db.connectionManager.getConnection({});'];
    const writes = ["const db = new Sequelize(url); const sql = 'start transaction;';"];
    assert.deepEqual(check(takes, 'core/connections.ts'), { exceptions: [], problems: [] });
    assert.deepEqual(check(writes, 'core/database.ts'), { exceptions: [], problems: [] });
    assert.equal(check(takes, 'core/unit-of-work.ts').problems.length, 2);
    assert.equal(check(writes, 'core/unit-of-work.ts').problems.length, 1);
  });

  it('passes this repository', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/lint-commits.ts'], {
      cwd: checkoutDir,
      encoding: 'utf8',
    });
    assert.equal(stderr, '');
    assert.equal(status, 0);
    const lines = stdout.trimEnd().split('\n');
    const last = `${lines.length - 1} documented exceptions to the unit-of-work rule, none undocumented.`;
    assert.equal(lines.at(-1), last);
    for (const line of lines.slice(0, -1)) assert.match(line, /^[\w./-]+\.ts:\d+ {2}\S/);
    assert.ok(lines.some((line) => line.startsWith('core/wait.ts:')));
  });

  describe('with an exception planted', () => {
    let dir: string;
    before(async () => void (dir = await mkdtemp(join(tmpdir(), 'tenon-lint-commits-'))));
    after(() => rm(dir, { recursive: true, force: true }));

    async function plant(path: string, ...lines: string[]): Promise<void> {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), lines.join('\n'));
    }

    it('fails and names the place, and is content once it is documented', async () => {
      await plant('core/database.ts', 'const db = new Sequelize(url);');
      await plant('gateway/own.ts', 'db.transaction(work); // commit-ok: a reason');
      await plant('test/free.ts', 'db.transaction(work);');
      await plant('services/hiring/hasty.ts', '', 'uow.db.transaction(work);');
      const failed = await lintCommits(dir);
      assert.equal(failed.exitCode, 1);
      assert.match(
        failed.lines[0] ?? '',
        /^services\/hiring\/hasty\.ts:2: this opens a transaction, past the unit of work/,
      );
      assert.equal(failed.lines.at(-1), '1 problem beside 1 documented exception to the unit-of-work rule.');

      await plant('services/hiring/hasty.ts', '// commit-ok: for a test', 'uow.db.transaction(work);');
      assert.deepEqual(await lintCommits(dir), {
        exitCode: 0,
        lines: [
          'gateway/own.ts:1  a reason',
          'services/hiring/hasty.ts:2  for a test',
          '2 documented exceptions to the unit-of-work rule, none undocumented.',
        ],
      });
    });
  });

  it('keeps every offset when it blanks what is no code', () => {
    const text = "const a = 'b'; // c\nconst d = `e${f}\n`; /* g\n */ h(/i/);";
    const { code } = readSource(text);
    assert.equal(code, "const a = ' ';     \nconst d = `  {f}\n`;     \n    h(/ /);");
    assert.equal(code.length, text.length);
  });
});
