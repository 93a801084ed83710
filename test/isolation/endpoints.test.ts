import assert from 'node:assert/strict';
import { endpoints } from '../../api/index.ts';
import { candidateOf, everything, sessionHeaders } from '../api/hiring/world.ts';
import { startTestApi, type CallOptions, type TestApi } from '../support/api.ts';
import { taskOf } from '../support/factories-hiring.ts';
import { makeSide, type Side } from './sides.ts';

interface Caller {
  readonly recruiter: string;
  readonly candidate: string;
  readonly mine: Side;
  readonly theirs: Side;
}

/** A call with something foreign in it: the path's values, and the rest of the request. */
type ForeignCall = readonly [params: Readonly<Record<string, string>>, options: CallOptions];

/** Their member and role, each alone and with one of ours. */
const uuids = ({ recruiter, theirs, mine }: Caller, params: Record<string, string>, body?: object): ForeignCall => [
  { membershipId: theirs.user.userId, roleId: theirs.roleId, keyId: theirs.apiKeyId, own: mine.orgId, ...params },
  { token: recruiter, ...(body && { body }) },
];

const byCandidate = (body?: object) => (caller: Caller) => tasksOf(caller, body);

/** Every endpoint with an id in its path, and how it is called with another organisation's. */
const foreignCalls: Readonly<Record<string, (caller: Caller) => readonly ForeignCall[]>> = {
  'get /api/simulations/:id/candidates': ({ recruiter, theirs }) => [
    [{ id: theirs.simulation.id }, { token: recruiter }],
  ],
  'get /api/simulations/:id': ({ recruiter, theirs }) => [[{ id: theirs.simulation.id }, { token: recruiter }]],
  'patch /api/simulations/:id': ({ recruiter, theirs }) => [
    [{ id: theirs.simulation.id }, { token: recruiter, body: { title: 'Taken' } }],
  ],
  'post /api/simulations/:id/close': ({ recruiter, theirs }) => [[{ id: theirs.simulation.id }, { token: recruiter }]],
  'post /api/simulations/:id/duplicate': ({ recruiter, theirs }) => [
    [{ id: theirs.simulation.id }, { token: recruiter, body: {} }],
  ],
  'post /api/simulations/:id/candidates/:candidateSessionId/invite/resend': (caller) => ofCandidate(caller),
  'post /api/simulations/:id/candidates/:candidateSessionId/revoke': (caller) =>
    ofCandidate(caller, { reason: 'intruding' }),
  'patch /api/simulations/:id/candidates/:candidateSessionId': (caller) =>
    ofCandidate(caller, { candidateName: 'Taken' }),
  'post /api/simulations/:id/invite': ({ recruiter, theirs }) => {
    const body = { candidateName: 'Intruder', inviteEmail: theirs.working.session.inviteEmail };
    return [[{ id: theirs.simulation.id }, { token: recruiter, body }]];
  },
  'get /api/submissions/:id': ({ recruiter, theirs }) => [[{ id: theirs.submission.id }, { token: recruiter }]],
  'get /api/v1/org/users/:membershipId': (caller) => [uuids(caller, {})],
  'patch /api/v1/org/users/:membershipId': (caller) => [
    uuids(caller, {}, { name: 'Taken' }),
    uuids(caller, {}, { platform_status: 'SUSPENDED' }),
  ],
  'delete /api/v1/org/users/:membershipId': (caller) => [uuids(caller, {})],
  'post /api/v1/org/users/:membershipId/invitation': (caller) => [uuids(caller, {})],
  'patch /api/v1/roles/:roleId': (caller) => [uuids(caller, {}, { name: 'Taken', permissions: [] })],
  'delete /api/v1/roles/:roleId': (caller) => [uuids(caller, {})],
  'get /api/v1/roles/:roleId/members': (caller) => [uuids(caller, {})],
  'post /api/v1/roles/org/users/:membershipId/roles': (caller) => [
    uuids(caller, {}, { role_id: caller.theirs.roleId }),
    uuids(caller, {}, { role_id: caller.mine.roleId }),
    uuids(caller, { membershipId: caller.mine.user.userId }, { role_id: caller.theirs.roleId }),
  ],
  'delete /api/v1/roles/org/users/:membershipId/roles/:roleId': (caller) => [
    uuids(caller, {}),
    uuids(caller, { roleId: caller.mine.roleId }),
    uuids(caller, { membershipId: caller.mine.user.userId }),
  ],
  'delete /api/v1/api-keys/:keyId': (caller) => [uuids(caller, {})],
  'get /api/candidate/session/:token': byToken,
  'post /api/candidate/session/:token/verify': byToken,
  'post /api/candidate/session/:token/claim': byToken,
  'get /api/candidate/session/:id/current_task': ({ candidate, theirs }) =>
    [theirs.working, theirs.invited].map(({ id }) => [{ id }, { token: candidate }]),
  'post /api/tasks/:taskId/submit': byCandidate({ contentText: 'intruding' }),
  'post /api/tasks/:taskId/codespace/init': byCandidate({ githubUsername: 'intruder' }),
  'get /api/tasks/:taskId/codespace/status': byCandidate(),
  'post /api/tasks/:taskId/run': byCandidate({}),
  'get /api/tasks/:taskId/run/:runId': (caller) => {
    const { candidate, mine, theirs } = caller;
    const runId = theirs.running.githubRunId ?? '';
    const own = { taskId: taskOf(mine.working, 'code').id, runId };
    return [
      ...tasksOf(caller).map(([params, options]): ForeignCall => [{ ...params, runId }, options]),
      [own, { token: candidate, headers: sessionHeaders(mine.working.id) }],
    ];
  },
};

/** Their candidate in their simulation, and in one's own. */
function ofCandidate({ recruiter, mine, theirs }: Caller, body?: object): readonly ForeignCall[] {
  const options = { token: recruiter, ...(body && { body }) };
  return [theirs, mine].map(({ simulation }) => [
    { id: simulation.id, candidateSessionId: theirs.invited.id },
    options,
  ]);
}

/** Their links in the hands of somebody else. */
function byToken({ candidate, theirs }: Caller): readonly ForeignCall[] {
  return [theirs.working, theirs.invited].map(({ token }) => [{ token }, { token: candidate }]);
}

/** Their task with their session, their task with the own session, the own task with their session. */
function tasksOf({ candidate, mine, theirs }: Caller, body?: object): readonly ForeignCall[] {
  const call = (task: Side, session: Side, made: 'working' | 'invited'): ForeignCall => [
    { taskId: taskOf(task.working, 'code').id },
    { token: candidate, headers: sessionHeaders(session[made].id), ...(body && { body }) },
  ];
  return [
    call(theirs, theirs, 'working'),
    call(theirs, theirs, 'invited'),
    call(theirs, mine, 'working'),
    call(mine, theirs, 'working'),
  ];
}

/** Paths whose values name nothing that belongs to anybody. */
const ofNobody = new Set(['get /docs/assets/:file']);

describe('every endpoint with an id in its path', () => {
  const withIds = endpoints
    .map(({ method, path }) => `${method} ${path}`)
    .filter((route) => route.includes(':') && !ofNobody.has(route));
  let api: TestApi;
  let caller: Caller;
  before(async () => {
    api = await startTestApi();
    const { token, identity } = candidateOf(api);
    const mine = await makeSide(identity);
    const theirs = await makeSide(candidateOf(api).identity);
    caller = { mine, theirs, candidate: token, recruiter: api.recruiterToken(mine.user.email) };
    const { status } = await api.call('get', '/api/simulations', { token: caller.recruiter }); // signs in once
    assert.equal(status, 200);
  });
  after(() => api.close());

  it('is tried here', () => {
    assert.deepEqual(Object.keys(foreignCalls).sort(), withIds.toSorted());
  });

  for (const route of withIds) {
    it(`${route} knows nothing of another organisation's, and changes nothing`, async () => {
      const [method = '', template = ''] = route.split(' ');
      const before = await everything(api.database);
      for (const [params, options] of foreignCalls[route]?.(caller) ?? []) {
        const path = template.replaceAll(/:(\w+)/g, (_, name: string) => params[name] ?? assert.fail(name));
        const { status, body } = await api.call(method, path, options);
        assert.equal(status, 404, `${path} ${JSON.stringify(options.headers)}: ${JSON.stringify(body)}`);
        for (const secret of [caller.theirs.orgId, 'sides.example']) {
          assert.ok(!JSON.stringify(body).includes(secret), `${path} tells ${secret}`);
        }
      }
      assert.deepEqual(await everything(api.database), before);
    });
  }
});
