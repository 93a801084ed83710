import assert from 'node:assert/strict';
import { createLogger } from '../../../core/logger.ts';
import type { TestApi } from '../../support/api.ts';
import { makeSession, makeSimulation, type MadeSession } from '../../support/factories-hiring.ts';
import { candidateOf, recruiterOf, startHiringApi, type Candidate, type Recruiter } from '../hiring/world.ts';

interface Line {
  readonly msg: string;
  readonly requestId: string;
  readonly route: string;
  readonly orgId?: string;
  readonly actor?: string;
}

describe('the access log', () => {
  const lines: string[] = [];
  let api: TestApi;
  let recruiter: Recruiter;
  let candidate: Candidate;
  let session: MadeSession;
  before(async () => {
    api = await startHiringApi({
      log: createLogger('test', 'info', { write: (line) => void lines.push(line) }),
    });
    recruiter = await recruiterOf(api);
    candidate = candidateOf(api);
    session = await makeSession(await makeSimulation(recruiter.actor), { claimedBy: candidate.identity });
  });
  after(() => api.close());

  async function lineOf(method: string, path: string, token: string): Promise<Line> {
    lines.length = 0;
    await api.call(method, path, { token });
    const [line] = lines.map((text) => JSON.parse(text) as Line).filter(({ msg }) => msg === 'request');
    assert.ok(line);
    return line;
  }

  it('names the organisation of a person', async () => {
    const { orgId, actor } = await lineOf('get', '/api/simulations', recruiter.token);
    assert.deepEqual([orgId, actor], [recruiter.actor.orgId, 'user']);
  });

  it('names the organisation whose session a candidate works on, once it is found', async () => {
    const path = `/api/candidate/session/${session.id}/current_task`;
    const { orgId, actor } = await lineOf('get', path, candidate.token);
    assert.deepEqual([orgId, actor], [recruiter.actor.orgId, 'candidateIdentity']);
    assert.equal((await lineOf('get', path, candidateOf(api).token)).orgId, recruiter.actor.orgId, 'also when refused');
    const claim = await lineOf('get', `/api/candidate/session/${session.token}`, candidate.token);
    assert.equal(claim.orgId, recruiter.actor.orgId);
  });

  it('names none while none is known', async () => {
    const line = await lineOf('get', '/api/candidate/session/999999999/current_task', candidate.token);
    assert.ok(!('orgId' in line));
  });
});
