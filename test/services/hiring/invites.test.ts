import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { AppError } from '../../../core/errors.ts';
import { systemActor, type UserActor } from '../../../domain/identity/actor.ts';
import { findByInviteToken } from '../../../services/hiring/session-access.ts';
import { inviteToken } from '../../../services/hiring/invite-links.ts';
import { invite } from '../../../services/hiring/invites.ts';
import { Simulation } from '../../../models/simulation.ts';
import { resetDatabase, type TestDatabase } from '../../support/database.ts';
import { makeSimulation, type MadeSimulation } from '../../support/factories-hiring.ts';
import { makeCandidate, makeUser } from '../../support/factories-identity.ts';

type LinkKeys = Readonly<Record<string, Buffer>>;

describe('invite', () => {
  let database: TestDatabase;
  let author: UserActor;
  let simulation: MadeSimulation;
  before(async () => {
    database = await resetDatabase();
    author = await makeUser({ roles: ['recruiter'] });
    simulation = await makeSimulation(author);
  });

  const k1: LinkKeys = { k1: randomBytes(32) };
  const both: LinkKeys = { ...k1, k2: randomBytes(32) };
  const ask = (inviteEmail: string, linkKeys: LinkKeys, actor = author) =>
    database.uow.write(actor, (uow) =>
      invite(uow, simulation.id, { candidateName: 'Ada', inviteEmail }, { linkKeys, repoPrefix: 'ws-' }),
    );
  const opens = async (token: string): Promise<string> =>
    (await findByInviteToken(database.uow, makeCandidate('').identity, token)).id;

  it('makes links with the last key, and keeps showing those of an older one', async () => {
    const old = await ask('old@test.example', k1);
    const again = await ask('old@test.example', both);
    const fresh = await ask('fresh@test.example', both);
    assert.equal(again.session.tokenKeyId, 'k1');
    assert.equal(fresh.session.tokenKeyId, 'k2');
    const token = inviteToken({ linkKeys: both }, again.session);
    assert.equal(token, inviteToken({ linkKeys: k1 }, old.session));
    assert.equal(await opens(token), old.session.id);
    assert.equal(await opens(inviteToken({ linkKeys: both }, fresh.session)), fresh.session.id);
  });

  it('begins a new life with the last key', async () => {
    const { session } = await ask('again@test.example', k1);
    await database.rows(`update candidate_sessions set status = 'expired', expired_at = now() where id = $1`, [
      session.id,
    ]);
    const renewed = await ask('again@test.example', both);
    assert.equal(renewed.session.tokenKeyId, 'k2');
    await assert.rejects(opens(inviteToken({ linkKeys: k1 }, session)), { code: 'INVITE_TOKEN_UNKNOWN' });
  });

  it('says which key is missing instead of showing a dead link', async () => {
    const { session } = await ask('lost@test.example', k1);
    assert.throws(() => inviteToken({ linkKeys: { k3: randomBytes(32) } }, session), /link key "k1"/);
  });

  it('keeps nothing of the token but its hash', async () => {
    const { session } = await ask('hashed@test.example', k1);
    const token = inviteToken({ linkKeys: k1 }, session);
    const [row] = await database.rows<{ held: boolean }>(
      'select position($2 in s::text) > 0 as held from candidate_sessions s where id = $1',
      [session.id, token],
    );
    assert.equal(row?.held, false);
  });

  it('is refused to everybody but the author, whatever they may read', async () => {
    const { orgId } = author;
    for (const roles of [['recruiter'], ['owner', 'recruiter'], ['reviewer']]) {
      const other = await makeUser({ orgId, roles });
      await assert.rejects(ask('x@test.example', k1, other), { code: 'SIMULATION_NOT_FOUND' });
    }
  });

  it('does not even see a simulation of another organisation', async () => {
    const elsewhere = await makeUser();
    await assert.rejects(
      ask('x@test.example', k1, elsewhere),
      (error) => error instanceof AppError && error.status === 404,
    );
    const seen = await database.uow.read(systemActor(elsewhere.orgId, 'test'), () => Simulation.count());
    assert.equal(seen, 0);
  });
});
