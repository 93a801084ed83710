import assert from 'node:assert/strict';
import { hiringEndpoints } from '../../../api/hiring/index.ts';
import type { TestApi } from '../../support/api.ts';
import { candidateOf, everything, recruiterOf, sessionHeaders, startHiringApi, type Problem } from './world.ts';

describe('the doors of the hiring API', () => {
  let api: TestApi;
  before(async () => (api = await startHiringApi()));
  after(() => api.close());

  const knock = (method: string, path: string, token?: string) =>
    api.call<Problem>(method, path.replace(':token', 't'.repeat(43)).replaceAll(/:\w+/g, '1'), {
      ...(token !== undefined && { token }),
      headers: sessionHeaders(1),
      ...(method !== 'get' && { body: {} }),
    });

  for (const { method, path, auth } of hiringEndpoints) {
    const route = `${method.toUpperCase()} ${path}`;

    if (auth.name === 'adminKey') {
      it(`${route} is not there for whoever lacks the administrators’ key, whatever token they have`, async () => {
        for (const token of [undefined, candidateOf(api).token, (await recruiterOf(api)).token]) {
          const { status, body } = await knock(method, path, token);
          assert.deepEqual([status, body.errorCode, body.detail], [404, 'NOT_FOUND', 'Not found']);
        }
      });
      continue;
    }

    it(`${route} is closed without a token`, async () => {
      const { status, body, headers } = await knock(method, path);
      assert.equal(status, 401);
      assert.equal(body.detail, 'Not authenticated');
      assert.match(headers.get('www-authenticate') ?? '', /^Bearer/);
    });

    it(`${route} is closed to the other kind of token, which leaves no trace`, async () => {
      const wrong = auth.name === 'recruiter' ? candidateOf(api).token : (await recruiterOf(api)).token;
      const before = await everything(api.database);
      const { status, body } = await knock(method, path, wrong);
      assert.equal(status, 403);
      assert.equal(body.detail, auth.name === 'recruiter' ? 'Recruiter access required' : 'Candidate access required');
      assert.deepEqual(await everything(api.database), before);
    });
  }
});
