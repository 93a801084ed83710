import assert from 'node:assert/strict';
import type { CreatedSimulation } from '../../../../api/hiring/simulations/presenter.ts';
import { templateCatalogue } from '../../../../domain/hiring/template-catalogue.ts';
import type { CallOptions, TestApi } from '../../../support/api.ts';
import {
  everything,
  recruiterOf,
  startHiringApi,
  trailOf,
  whileRefusing,
  type Problem,
  type Recruiter,
} from '../world.ts';

const body = {
  title: 'Backend hire',
  role: 'Backend Engineer',
  techStack: 'Node.js + Postgres',
  seniority: 'Mid',
  focus: 'Durability',
  templateKey: 'node-express-ts',
};

describe('POST /api/simulations', () => {
  let api: TestApi;
  let recruiter: Recruiter;
  before(async () => {
    api = await startHiringApi();
    recruiter = await recruiterOf(api);
  });
  after(() => api.close());

  const create = <Body = CreatedSimulation>(sent: unknown, options: CallOptions = {}) =>
    api.call<Body>('post', '/api/simulations', { token: recruiter.token, body: sent, ...options });

  it('creates the simulation with its five days and says both day_index and dayIndex', async () => {
    const { status, body: made } = await create(body);
    assert.equal(status, 201);
    const { id, tasks, ...rest } = made;
    assert.ok(Number.isSafeInteger(id));
    assert.deepEqual(rest, body);
    assert.deepEqual(
      tasks.map(({ day_index, dayIndex, type, title }) => [day_index, dayIndex, type, title]),
      [
        [1, 1, 'design', 'Architecture Plan'],
        [2, 2, 'code', 'Feature Implementation'],
        [3, 3, 'debug', 'Debugging Exercise'],
        [4, 4, 'handoff', 'Refactor & Handoff'],
        [5, 5, 'documentation', 'Documentation'],
      ],
    );
    assert.equal(new Set(tasks.map((task) => task.id)).size, 5);
  });

  it('gives the repository days the template of the key, and no other day one', async () => {
    const { body: made } = await create({ ...body, templateKey: 'mobile-fullstack-expo-fastapi' });
    const rows = await api.database.rows<{ template_repo: string | null }>(
      'select template_repo from simulation_tasks where simulation_id = $1 order by day_index',
      [made.id],
    );
    const template = 'tenon-hire-dev/tenon-template-monorepo-expo-fastapi';
    assert.deepEqual(
      rows.map((row) => row.template_repo),
      [null, template, template, null, null],
    );
  });

  it('records who created it, in the same commit, and starts no workflow', async () => {
    const { body: made } = await create(body, { headers: { 'x-tenon-request-id': 'req-create-1' } });
    const trail = await trailOf(api.database, 'simulation', made.id);
    assert.deepEqual(
      trail.map(({ action, actor, after, requestId }) => ({ action, actor, after, requestId })),
      [
        {
          action: 'simulation.created',
          actor: { kind: 'user', id: recruiter.actor.userId, email: recruiter.actor.email },
          after: body,
          requestId: 'req-create-1',
        },
      ],
    );
    assert.deepEqual(await api.database.rows('select id from outbox'), []);
  });

  it('trims texts and takes their longest and shortest', async () => {
    const longest = {
      title: 'a'.repeat(200),
      role: 'b'.repeat(200),
      techStack: 'c'.repeat(500),
      seniority: 'd'.repeat(100),
      focus: 'e'.repeat(1000),
      templateKey: 'go-gin',
    };
    const padded = Object.fromEntries(Object.entries(longest).map(([key, value]) => [key, `  ${value}\n`]));
    const { status, body: made } = await create(padded);
    assert.equal(status, 201);
    const { id: _id, tasks: _tasks, ...rest } = made;
    assert.deepEqual(rest, longest);
    const shortest = { title: 'a', role: 'b', techStack: 'c', seniority: 'd' };
    assert.equal((await create(shortest)).status, 201);
  });

  for (const [name, focus] of [
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['blank', '   '],
  ] as const) {
    it(`takes a focus that is ${name} as empty`, async () => {
      const { status, body: made } = await create({ ...body, focus });
      assert.equal(status, 201);
      assert.equal(made.focus, '');
    });
  }

  it('uses python-fastapi when no templateKey is given, and ignores fields that it does not know', async () => {
    const { templateKey: _key, ...rest } = body;
    const { status, body: made } = await create({ ...rest, orgId: 'elsewhere', createdBy: 1, unknown: { deep: true } });
    assert.equal(status, 201);
    assert.equal(made.templateKey, 'python-fastapi');
    assert.ok(!('unknown' in made));
  });

  it('takes every key of the catalogue', async () => {
    for (const templateKey of Object.keys(templateCatalogue)) {
      assert.equal((await create({ ...body, templateKey })).status, 201, templateKey);
    }
  });

  for (const templateKey of ['cobol-cics', 'constructor', '__proto__', 'Python-FastAPI']) {
    it(`refuses the templateKey ${templateKey} and lists the allowed ones`, async () => {
      const { status, body: problem } = await create<Problem & { details: { allowed: string[] } }>({
        ...body,
        templateKey,
      });
      assert.equal(status, 422);
      const allowed = Object.keys(templateCatalogue).sort();
      assert.equal(problem.errorCode, 'INVALID_TEMPLATE_KEY');
      assert.equal(problem.detail, `Invalid templateKey. Allowed values: ${allowed.join(', ')}`);
      assert.deepEqual(problem.details, { allowed });
      assert.deepEqual(problem.issues, [{ loc: ['body', 'templateKey'], msg: problem.detail, type: 'any.only' }]);
    });
  }

  const bounds: readonly (readonly [string, unknown])[] = [
    ['title', undefined],
    ['title', null],
    ['title', ''],
    ['title', ' \t '],
    ['title', 'x'.repeat(201)],
    ['title', 'x'.repeat(10_000)],
    ['title', 7],
    ['title', ['a']],
    ['role', undefined],
    ['role', 'x'.repeat(201)],
    ['techStack', ''],
    ['techStack', 'x'.repeat(501)],
    ['techStack', ['Node.js']],
    ['seniority', undefined],
    ['seniority', 'x'.repeat(101)],
    ['focus', 'x'.repeat(1001)],
    ['focus', 5],
    ['templateKey', ''],
    ['templateKey', null],
    ['templateKey', 'x'.repeat(256)],
  ];
  for (const [field, value] of bounds) {
    const shown = typeof value === 'string' && value.length > 20 ? `${value.length} characters` : JSON.stringify(value);
    it(`refuses ${field} ${shown ?? 'missing'} with a 422 that names it`, async () => {
      const before = await everything(api.database);
      const { status, body: problem } = await create<Problem>({ ...body, [field]: value });
      assert.equal(status, 422);
      assert.equal(problem.errorCode, 'VALIDATION_ERROR');
      assert.deepEqual(problem.issues[0]?.loc, ['body', field]);
      assert.equal(problem.detail, problem.issues[0]?.msg);
      assert.match(problem.detail, new RegExp(field));
      assert.deepEqual(await everything(api.database), before);
    });
  }

  it('tells every bad field at once', async () => {
    const { body: problem } = await create<Problem>({ focus: 1 });
    assert.deepEqual(
      problem.issues.map(({ loc }) => loc.join('.')),
      ['body.title', 'body.role', 'body.techStack', 'body.seniority', 'body.focus'],
    );
  });

  for (const [name, title] of [
    ['NUL', 'a\\u0000b'],
    ['half a surrogate pair', 'a\\ud83d'],
  ] as const) {
    it(`refuses a title with ${name}, which no database can keep`, async () => {
      const { status, body: problem } = await create<Problem>(JSON.stringify(body).replace('Backend hire', title));
      assert.equal(status, 422);
      assert.equal(problem.detail, 'title holds characters that cannot be stored');
      assert.deepEqual(problem.issues[0]?.loc, ['body', 'title']);
    });
  }

  it('gives odd but honest Unicode back as it came', async () => {
    for (const title of [
      '👩‍💻🏳️‍🌈',
      'مرحبا \u202eabc\u202c',
      'e\u0301\u200b\ufeffx',
      '\u{10ffff}',
      "'; drop table x; --",
    ]) {
      assert.equal((await create({ ...body, title })).body.title, title);
    }
  });

  for (const [name, sent, code, status] of [
    ['no JSON', '{"title":', 'MALFORMED_BODY', 400],
    ['an array', [body], 'VALIDATION_ERROR', 422],
    ['a text', '"hello"', 'VALIDATION_ERROR', 422],
    ['nothing', undefined, 'VALIDATION_ERROR', 422],
    ['more than a mebibyte', { ...body, more: 'x'.repeat(1024 * 1024) }, 'PAYLOAD_TOO_LARGE', 413],
  ] as const) {
    it(`refuses a body that is ${name}`, async () => {
      const reply = await create<Problem>(sent);
      assert.equal(reply.status, status);
      assert.equal(reply.body.errorCode, code);
    });
  }

  it('says 403 to an account that may read but not create', async () => {
    const reviewer = await recruiterOf(api, { roles: ['reviewer'], orgId: recruiter.actor.orgId });
    const { status, body: problem } = await create<Problem>(body, { token: reviewer.token });
    assert.equal(status, 403);
    assert.equal(problem.errorCode, 'FORBIDDEN');
  });

  for (const table of ['simulation_tasks', 'audit_entries']) {
    it(`leaves nothing when the database refuses ${table}`, async () => {
      const before = await everything(api.database);
      const reply = await whileRefusing(api.database, table, () =>
        create<Problem>(body, { headers: { 'idempotency-key': `refused-${table}` } }),
      );
      assert.equal(reply.status, 500);
      assert.equal(reply.body.errorCode, 'INTERNAL_ERROR');
      assert.doesNotMatch(JSON.stringify(reply.body), /refused by a test/);
      assert.deepEqual(await everything(api.database), before);
      const again = await create(body, { headers: { 'idempotency-key': `refused-${table}` } });
      assert.equal(again.status, 201, 'the key is free again');
    });
  }

  describe('with an Idempotency-Key', () => {
    const keyed = <Body = CreatedSimulation>(key: string, sent: unknown = body, token = recruiter.token) =>
      create<Body>(sent, { token, headers: { 'idempotency-key': key } });

    it('gives the same simulation again, whatever the order of keys', async () => {
      const first = await keyed('k-1');
      const again = await keyed('k-1', Object.fromEntries(Object.entries(body).toReversed()));
      assert.equal(first.status, 201);
      assert.equal(again.status, 201);
      assert.deepEqual(again.body, first.body);
      assert.equal((await trailOf(api.database, 'simulation', first.body.id)).length, 1);
    });

    it('makes one simulation of six requests at once', async () => {
      const replies = await Promise.all(Array.from({ length: 6 }, () => keyed('k-6')));
      assert.deepEqual(
        replies.map(({ status }) => status),
        [201, 201, 201, 201, 201, 201],
      );
      assert.equal(new Set(replies.map((reply) => JSON.stringify(reply.body))).size, 1);
    });

    it('refuses the key with another body', async () => {
      await keyed('k-2');
      const { status, body: problem } = await keyed<Problem>('k-2', { ...body, title: 'Another' });
      assert.equal(status, 422);
      assert.equal(problem.errorCode, 'IDEMPOTENCY_KEY_REUSED');
      assert.equal(problem.detail, 'This Idempotency-Key was used with another request body');
    });

    it('keeps the keys of two people apart', async () => {
      const colleague = await recruiterOf(api, { orgId: recruiter.actor.orgId });
      const mine = await keyed('k-3');
      const theirs = await keyed('k-3', body, colleague.token);
      assert.notEqual(theirs.body.id, mine.body.id);
    });

    it('refuses a key that is too long', async () => {
      const { status, body: problem } = await keyed<Problem>('k'.repeat(256));
      assert.equal(status, 422);
      assert.deepEqual(problem.issues[0]?.loc, ['header', 'idempotency-key']);
    });
  });
});
