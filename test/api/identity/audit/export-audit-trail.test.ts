import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import type { ExportHeader, ExportRow } from '../../../../domain/identity/audit-chain.ts';
import { identityEndpoints } from '../../../../api/identity/index.ts';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { verifyAudit } from '../../../../scripts/verify-audit.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { makeUser } from '../../../support/factories-identity.ts';
import { queriesOf } from '../../../support/sql-spy.ts';
import { everything } from '../../hiring/world.ts';

const PATH = '/api/v1/org/audit-logs/export';

describe('GET /api/v1/org/audit-logs/export', () => {
  let api: TestApi;
  let owner: UserActor;
  before(async () => {
    api = await startTestApi({ endpoints: identityEndpoints });
    owner = await makeUser({ roles: ['owner'] });
    await makeUser({ roles: ['owner'] }); // another chain beside it
  });
  after(() => api.close());

  const download = async (actor = owner) => {
    const reply = await api.call<string>('get', PATH, { token: api.recruiterToken(actor.email) });
    assert.equal(reply.status, 200);
    const [header = '', ...lines] = reply.body.trimEnd().split('\n');
    return {
      ...reply,
      header: JSON.parse(header) as ExportHeader,
      rows: lines.map((line) => JSON.parse(line) as ExportRow),
    };
  };
  const actionOf = ({ body }: ExportRow) => (JSON.parse(body) as { action: string }).action;

  it('is a file that names its end, and ends with its own entry', async () => {
    const { headers, header, rows } = await download();
    assert.equal(headers.get('content-type'), 'application/x-ndjson');
    assert.match(
      headers.get('content-disposition') ?? '',
      /^attachment; filename="audit-[0-9a-f-]{36}-\d{8}T\d{6}Z\.ndjson"$/,
    );
    assert.deepEqual([header.format, header.orgId], ['tenon-audit/1', owner.orgId]);
    const last = rows.at(-1) ?? assert.fail();
    assert.deepEqual(header.head, { seq: rows.length, hash: last.hash });
    assert.equal(actionOf(last), 'audit_log.exported');
    assert.deepEqual(
      rows.map(actionOf).filter((action) => action === 'organization.created'),
      ['organization.created'],
      'of one organisation alone',
    );
  });

  it('brings a long trail in pages, whole, and as the verifier wants it', async () => {
    const text = 'é\u2028\u2029"\\\n\u0001 😀';
    await api.database.uow.write(owner, async (uow) => {
      for (let index = 0; index < 1100; index += 1) {
        uow.audit({ action: 'probe.written', resource: { type: 'probe', id: String(index) }, after: { text } });
      }
    });
    let body = '';
    const statements = await queriesOf(async () => void ({ body } = await download()));
    assert.equal(statements.filter((sql) => sql.includes('limit $4')).length, 3);
    const { exitCode, sentence } = await verifyAudit(Readable.from([Buffer.from(body)]));
    assert.deepEqual([exitCode, sentence.split(',')[0]], [0, `verified: ${body.split('\n').length - 2} entries`]);
  });

  it('shows the verifier what somebody with the database in their hands has done', async () => {
    await api.database.rows(`update audit_entries set body = replace(body, '"700"', '"701"') where org_id = $1`, [
      owner.orgId,
    ]);
    const { body, rows } = await download();
    const changed = rows.find((row) => row.body.includes('"id":"701"'))?.seq;
    const verification = await verifyAudit(Readable.from([Buffer.from(body)]));
    assert.deepEqual(verification, { exitCode: 1, sentence: `row ${changed} was changed` });
  });

  it('shows that the end of a chain was taken away, although nothing is left that says so', async () => {
    const user = await makeUser({ roles: ['owner'] });
    await download(user);
    await api.database.rows(
      'delete from audit_entries e where org_id = $1 and seq = (select max(seq) from audit_entries where org_id = $1)',
      [user.orgId],
    );
    const { body, rows } = await download(user);
    const verification = await verifyAudit(Readable.from([Buffer.from(body)]));
    assert.deepEqual(verification, { exitCode: 1, sentence: `row ${rows.length} is missing` });
  });

  it('is for owners and admins, and leaves no trace when it is refused', async () => {
    const { orgId } = owner;
    const reviewer = await makeUser({ orgId, roles: ['reviewer'] });
    const token = api.recruiterToken(reviewer.email);
    await api.call('get', '/api/auth/me', { token });
    const before = await everything(api.database);
    assert.equal((await api.call('get', PATH, { token })).status, 403);
    assert.equal((await api.call('get', PATH)).status, 401);
    assert.deepEqual(await everything(api.database), before);
    await download(await makeUser({ orgId, roles: ['admin'] }));
  });
});
