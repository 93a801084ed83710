import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import type { GithubForge } from '../../../adapters/github/index.ts';
import { AppError } from '../../../core/errors.ts';
import { systemActor } from '../../../domain/identity/actor.ts';
import type { Fault } from '../../../local/github/control/types.ts';
import { testDatabase } from '../../support/database.ts';
import {
  forgeOf,
  keepingLog,
  startTestGithub,
  tinyTemplate,
  type TestGithub,
} from '../../support/factories-workspaces.ts';

describe('GitHub failing', () => {
  const { log, lines } = keepingLog();
  const secret = `ghp_${'a1B2'.repeat(9)}`;
  const route = 'GET /repos/{owner}/{repo}';
  let github: TestGithub;
  let forge: GithubForge;

  before(async () => {
    github = await startTestGithub();
    forge = forgeOf(github, log, { callMs: 400, downloadMs: 400 });
  });
  after(() => github.close());
  afterEach(() => github.control.resetFaults());

  const failure = async (fault: Fault): Promise<AppError> => {
    await github.control.fault({ route, ...fault });
    const error: unknown = await forge.getRepository(tinyTemplate).catch((error: unknown) => error);
    assert.ok(error instanceof AppError, inspect(error));
    assert.equal(error.message, 'GitHub unavailable. Please try again.');
    assert.equal(error.status, 502);
    return error;
  };
  const body = { message: `Bad credentials for ${secret}`, errors: [secret], documentation_url: secret };

  const cases: [string, Fault, string, boolean][] = [
    ['an error of its own', { status: 500, body }, 'GITHUB_UNAVAILABLE', true],
    ['an outage', { status: 503, body }, 'GITHUB_UNAVAILABLE', true],
    ['no answer', { hang: true }, 'GITHUB_UNAVAILABLE', true],
    ['a broken connection', { drop: true }, 'GITHUB_UNAVAILABLE', true],
    ['a token it does not accept', { status: 401, body }, 'GITHUB_TOKEN_INVALID', false],
    ['a missing permission', { status: 403, body }, 'GITHUB_PERMISSION_DENIED', false],
    ['nothing there', { status: 404, body }, 'GITHUB_NOT_FOUND', false],
    ['a refusal', { status: 422, body }, 'GITHUB_REQUEST_REFUSED', false],
    ['a conflict', { status: 409, body }, 'GITHUB_REQUEST_REFUSED', false],
    ['what it never says', { status: 200, body }, 'GITHUB_UNAVAILABLE', true],
  ];
  for (const [what, fault, code, retryable] of cases) {
    it(`${what} is ${code}, and nothing of GitHub’s words gets out`, async () => {
      lines.length = 0;
      const error = await failure(fault);
      assert.deepEqual([error.code, error.retryable], [code, retryable]);
      assert.equal(inspect(error, { depth: 20, showHidden: true }).includes(secret), false);
      assert.equal(lines.length, 1);
      assert.equal(lines.join('').includes(secret), false);
      assert.equal(lines.join('').includes(github.token), false);
    });
  }

  it('a rate limit says when to come back, by the header or by the reset', async () => {
    const secondary = await failure({ rateLimited: 'secondary', headers: { 'retry-after': '17' } });
    assert.deepEqual([secondary.code, secondary.retryAfterSeconds], ['GITHUB_RATE_LIMITED', 17]);
    await github.control.resetFaults();
    const reset = String(Math.floor(Date.now() / 1_000) + 120);
    const primary = await failure({ rateLimited: 'primary', headers: { 'x-ratelimit-reset': reset } });
    assert.equal(primary.code, 'GITHUB_RATE_LIMITED');
    assert.ok(Number(primary.retryAfterSeconds) > 100 && Number(primary.retryAfterSeconds) <= 121);
    await github.control.resetFaults();
    const bare = await failure({ status: 429, body, headers: { 'retry-after': 'soon' } });
    assert.deepEqual([bare.code, bare.retryAfterSeconds], ['GITHUB_RATE_LIMITED', 60]);
  });

  it('reads are tried again quickly, twice', async () => {
    await github.control.clearCalls();
    await github.control.fault({ route, status: 502, times: 2 });
    const patient = forgeOf(github);
    assert.equal((await patient.getRepository(tinyTemplate)).fullName, tinyTemplate);
    assert.equal((await github.control.calls()).counts[route], 3);
  });

  it('what GitHub refuses is not asked again', async () => {
    for (const status of [401, 403, 404, 409, 422, 429]) {
      await github.control.clearCalls();
      await failure({ status, body });
      assert.equal((await github.control.calls()).counts[route], 1, String(status));
      await github.control.resetFaults();
    }
  });

  it('a wrong token and an address where nobody listens', async () => {
    await assert.rejects(forgeOf({ ...github, token: 'ghp_wrong' }).getRepository(tinyTemplate), {
      code: 'GITHUB_TOKEN_INVALID',
    });
    await assert.rejects(forgeOf({ apiUrl: 'http://127.0.0.1:1/api/v3', token: 't' }).getRepository(tinyTemplate), {
      code: 'GITHUB_UNAVAILABLE',
    });
  });

  it('is not called while a unit of work is open', async () => {
    const { uow } = await testDatabase();
    await github.control.clearCalls();
    const inside = uow.read(systemActor(randomUUID(), 'test'), () => forge.getRepository(tinyTemplate));
    await assert.rejects(inside, /inside an open unit of work/);
    assert.equal((await github.control.calls()).calls.length, 0);
  });
});
