import assert from 'node:assert/strict';
import { seed } from '../../../scripts/seed.ts';
import { resetDatabase, type TestDatabase } from '../../support/database.ts';

describe('the seed', () => {
  let database: TestDatabase;
  before(async () => {
    database = await resetDatabase();
  });

  it('makes two organisations with their recruiters, and nothing the second time', async () => {
    const emails = ['recruiter1@local.test', 'recruiter2@local.test', 'recruiter@quickco.test'];
    assert.deepEqual(await seed(database.uow), { created: emails });
    assert.deepEqual(await seed(database.uow), { created: [] });
    const rows = await database.rows(
      `select u.email, u.name, o.slug, o.invite_life_seconds as life from users u join organizations o on o.id = u.org_id order by 1`,
    );
    assert.deepEqual(rows, [
      { email: 'recruiter1@local.test', name: 'Local Recruiter 1', slug: 'localco', life: 1_209_600 },
      { email: 'recruiter2@local.test', name: 'Local Recruiter 2', slug: 'localco', life: 1_209_600 },
      { email: 'recruiter@quickco.test', name: 'Quick Recruiter', slug: 'quickco', life: 20 },
    ]);
  });

  it('makes only what is missing', async () => {
    await database.rows("delete from users where email = 'recruiter2@local.test'");
    assert.deepEqual(await seed(database.uow), { created: ['recruiter2@local.test'] });
  });
});
