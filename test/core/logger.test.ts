import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { RequestError } from '@octokit/request-error';
import { ApplicationFailure } from '@temporalio/common';
import { rowsOf } from '../../core/database.ts';
import { AppError } from '../../core/errors.ts';
import type { LoggableError } from '../../core/loggable-error.ts';
import { createLogger } from '../../core/logger.ts';
import { CandidateSession } from '../../models/candidate-session.ts';
import { Submission } from '../../models/submission.ts';
import { sdkLogger } from '../../worker/runtime.ts';
import { resetDatabase, type TestDatabase } from '../support/database.ts';
import { makeSession, makeSimulation, taskOf, type MadeSession } from '../support/factories-hiring.ts';
import { makeUser } from '../support/factories-identity.ts';

const MARKER = 'what-a-candidate-wrote';

interface Line {
  readonly msg: string;
  readonly err: LoggableError;
  readonly error: LoggableError;
}

describe('an error in a log line', () => {
  const lines: string[] = [];
  const log = createLogger('test', 'trace', { write: (line) => void lines.push(line) });
  const last = () => JSON.parse(lines.at(-1) ?? '') as Line;
  const logged = (err: unknown): LoggableError => {
    log.warn({ err }, 'failed');
    return last().err;
  };

  describe('of the database', () => {
    let database: TestDatabase;
    let made: MadeSession;
    before(async () => {
      database = await resetDatabase();
      made = await makeSession(await makeSimulation(await makeUser()));
    });

    const failureOf = async (work: () => Promise<unknown>): Promise<unknown> => {
      try {
        await database.uow.write({ kind: 'system', orgId: made.orgId, component: 'test' }, work);
      } catch (error) {
        return error;
      }
      throw new Error('it did not fail');
    };
    const insertForeign = () =>
      Submission.create({
        orgId: made.orgId,
        simulationId: '999999',
        candidateSessionId: made.id,
        taskId: taskOf(made, 'design').id,
        submittedAt: new Date(),
        contentText: MARKER,
      });
    const insertUnreadable = () =>
      rowsOf(database.db, 'insert into submissions (org_id, task_id) values ($1, $2)', [
        made.orgId,
        `"${MARKER}"\n    at ${MARKER} (file:///x.ts:1:1)`,
      ]);
    const insertTwice = () => CandidateSession.create({ ...made.session.get({ plain: true }), candidateName: MARKER });

    for (const [what, work, code] of [
      ['a foreign key', insertForeign, '23503'],
      ['a value that Postgres cannot read', insertUnreadable, '22P02'],
      ['a row that is there', insertTwice, '23505'],
    ] as const) {
      it(`says which and where, and nothing that was inserted: ${what}`, async () => {
        const error = await failureOf(work);
        assert.match(inspect(error), new RegExp(MARKER), 'the error itself holds it');
        for (const err of [logged(error), logged(new AppError('INTERNAL_ERROR', undefined, { cause: error })).cause]) {
          assert.equal(err?.code, code);
          assert.match(err.type, /^Sequelize/);
          assert.match(err.stack ?? '', / {4}at /);
          assert.ok(err.message.length > 5);
        }
        assert.ok(!lines.join('').includes(MARKER));
        assert.ok(!/insert into/i.test(lines.join('')));
      });
    }

    it('keeps it to itself in the SDK’s lines too', async () => {
      const error = await failureOf(insertUnreadable);
      sdkLogger(log).error(`Error while processing ActivityTask.start: ghp_${'a'.repeat(36)}`, { error, orgId: 'o1' });
      assert.equal(last().error.code, '22P02');
      assert.match(last().msg, /ActivityTask\.start: \[redacted\]$/);
      assert.ok(!lines.join('').includes(MARKER));
    });
  });

  it('of an HTTP call carries neither its address’s query nor its headers nor its reply', () => {
    const request = {
      method: 'GET' as const,
      url: `https://api.test/x?sig=${MARKER}`,
      headers: { authorization: `token ${MARKER}` },
    };
    const response = { status: 500, url: request.url, headers: { 'x-secret': MARKER }, data: { text: MARKER } };
    const message = `GET https://bob:${MARKER}@api.test/x?sig=${MARKER} failed`;
    const err = logged(new RequestError(message, 500, { request, response }));
    assert.equal(err.message, 'GET https://[redacted]@api.test/x?… failed');
    assert.ok(!lines.at(-1)?.includes(MARKER));
  });

  it('keeps name, code and causes, five deep, and each of bounded size', () => {
    let error = new Error('the first');
    for (let depth = 0; depth < 20; depth += 1) error = new TypeError('x'.repeat(100_000), { cause: error });
    const err = logged(error);
    assert.equal(err.type, 'TypeError');
    assert.equal(err.cause?.cause?.cause?.cause?.type, 'TypeError');
    assert.equal(err.cause.cause.cause.cause.cause, undefined);
    assert.ok((lines.at(-1)?.length ?? 0) < 25_000);
    assert.equal(logged(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })).code, 'ECONNREFUSED');
    assert.equal(logged(ApplicationFailure.retryable('busy', 'MAIL_SERVER_REFUSED')).code, 'MAIL_SERVER_REFUSED');
  });

  it('may be of another realm, or no error at all', () => {
    const foreign = logged(runInNewContext('new RangeError("too far")'));
    assert.deepEqual([foreign.type, foreign.message], ['RangeError', 'too far']);
    assert.deepEqual(logged(`token ghp_${'a'.repeat(36)}`), { type: 'string', message: '[redacted]' });
    assert.deepEqual(logged(null), { type: 'object', message: 'null' });
  });
});
