import assert from 'node:assert/strict';
import type { UnitsOfWork } from '../../core/unit-of-work.ts';
import { anonymous, systemActor } from '../../domain/identity/actor.ts';
import { Organization } from '../../models/organization.ts';
import { Simulation } from '../../models/simulation.ts';
import { User } from '../../models/user.ts';
import { resetDatabase, type TestDatabase } from '../support/database.ts';
import { makeUser } from '../support/factories-identity.ts';
import { queriesOf } from '../support/sql-spy.ts';

describe('the filter of model queries', () => {
  let database: TestDatabase;
  let uow: UnitsOfWork;
  let mine: string;
  let theirs: { readonly orgId: string; readonly userId: string };
  before(async () => {
    database = await resetDatabase();
    ({ uow } = database);
    mine = (await makeUser()).orgId;
    theirs = await makeUser();
  });

  const act = <T>(work: () => Promise<T>): Promise<T> => uow.write(systemActor(mine, 'test'), work);

  it('names the organisation in every find, count, update and destroy, beside what was asked', async () => {
    const statements = await queriesOf(() =>
      act(async () => {
        await User.findAll();
        await User.findByPk(theirs.userId);
        await User.findOne({ where: { orgId: theirs.orgId } });
        await User.count({ where: { email: 'x' } });
        await User.findAndCountAll({ where: { email: 'x' } });
        await User.update({ name: 'Taken' }, { where: { id: theirs.userId } });
        await User.destroy({ where: { id: theirs.userId } });
      }),
    );
    assert.equal(statements.length, 8);
    for (const sql of statements) assert.match(sql, new RegExp(`"org_id" = ('${mine}'|\\$\\d)`));
    const [organization] = await queriesOf(() => act(() => Organization.findAll()));
    assert.match(organization ?? '', new RegExp(`"id" = '${mine}'`));
  });

  it('refuses to write a row of another organisation, to move one, and to touch one that was loaded elsewhere', async () => {
    const refused = /of another organisation/;
    const user = { orgId: theirs.orgId, email: 'new@x.test', name: 'New' };
    await assert.rejects(
      act(() => User.create(user)),
      refused,
    );
    await assert.rejects(
      act(() => User.bulkCreate([{ ...user, orgId: mine }, user])),
      refused,
    );
    await assert.rejects(
      act(() => User.update({ orgId: theirs.orgId }, { where: { email: 'x' } })),
      refused,
    );
    await assert.rejects(
      act(async () => {
        const own = await User.findOne({ rejectOnEmpty: true });
        await own.update({ orgId: theirs.orgId });
      }),
      refused,
    );
    const foreign = await uow.read(systemActor(theirs.orgId, 'test'), () =>
      User.findByPk(theirs.userId, { rejectOnEmpty: true }),
    );
    await assert.rejects(
      act(() => foreign.update({ name: 'Taken' })),
      refused,
    );
    await assert.rejects(
      act(() => foreign.destroy()),
      refused,
    );
    await assert.rejects(
      act(() => Organization.create({ id: theirs.orgId, name: 'Again', slug: 'again' })),
      refused,
    );
  });

  it('refuses what it cannot filter', async () => {
    const past = /past the tenant filter/;
    const unhooked = { limit: 1, hooks: false }; // works, though finders' typings do not know it
    await assert.rejects(
      act(() => User.max('number')),
      past,
    );
    await assert.rejects(
      act(() => User.findAll(unhooked)),
      past,
    );
    await assert.rejects(
      act(() => User.update({ name: 'X' }, { where: { id: theirs.userId }, hooks: false })),
      past,
    );
    await assert.rejects(
      act(() => User.increment('number', { where: { id: theirs.userId } })),
      past,
    );
    await assert.rejects(
      act(() => User.upsert({ orgId: mine, email: 'x@x.test', name: 'X' })),
      past,
    );
    await assert.rejects(
      act(() => User.truncate()),
      /no truncate/,
    );
    await assert.rejects(
      act(() => User.findAll({ include: Simulation })),
      /no includes/,
    );
  });

  it('lets nobody without an organisation ask a model', async () => {
    await assert.rejects(
      uow.read(anonymous, () => User.findAll()),
      /User belongs to organisations: none is set/,
    );
    await assert.rejects(
      uow.read(anonymous, () => Organization.count()),
      /none is set/,
    );
  });
});
