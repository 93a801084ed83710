import assert from 'node:assert/strict';
import { passwordHasher } from '../../../core/passwords.ts';
import { seedPlan } from '../../../scripts/seed/plan.ts';
import { seed, told } from '../../../scripts/seed.ts';
import { resetDatabase, type TestDatabase } from '../../support/database.ts';

const admin = { SEED_ADMIN_EMAIL: ' Boss@Example.com ', SEED_ADMIN_PASSWORD: 'a long enough one' };

interface SeededRow {
  readonly org: string;
  readonly email: string;
  readonly su: boolean;
  readonly must: boolean;
  readonly password: string | null;
  readonly roles: readonly string[];
}

describe('the seed', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await resetDatabase();
  });

  const rows = () =>
    database.rows<SeededRow>(
      `select o.slug as org, u.email, u.is_superuser as su, u.must_change_password as must, u.password_hash as password,
         array(select r.name from user_roles ur join roles r on r.id = ur.role_id where ur.user_id = u.id order by 1) as roles
       from users u join organizations o on o.id = u.org_id order by 1, 2`,
    );

  it('on a developer’s machine makes the sample people, and nothing the second time', async () => {
    const plan = seedPlan({ ENVIRONMENT: 'local' });
    const { created } = await seed(database.uow, plan);
    const names = await database.rows<{ name: string }>(
      `select u.name from users u join organizations o on o.id = u.org_id where o.name = 'LocalCo' order by 1`,
    );
    assert.deepEqual(
      names.map(({ name }) => name),
      ['Local Recruiter 1', 'Local Recruiter 2'],
    );
    assert.deepEqual(created.slice(0, 3), ['recruiter1@local.test', 'recruiter2@local.test', 'recruiter@quickco.test']);
    assert.equal(created.filter((email) => email.endsWith('@eventflow.com')).length, 5);
    assert.deepEqual(await seed(database.uow, plan), { created: [] });
    assert.ok((await rows()).every(({ password, su }) => password === null && !su));
    const [quick] = await database.rows(`select invite_life_seconds as life from organizations where slug = 'quickco'`);
    assert.deepEqual(quick, { life: 20 });
  });

  it('makes only what is missing', async () => {
    const plan = seedPlan({ ENVIRONMENT: 'local' });
    await seed(database.uow, plan);
    await database.rows("delete from users where email = 'recruiter2@local.test'");
    assert.deepEqual(await seed(database.uow, plan), { created: ['recruiter2@local.test'] });
  });

  it('tells whom it has made, or that all were there, in the contract’s words', () => {
    assert.equal(told({ created: ['a@local.test', 'b@local.test'] }), 'Seeded: a@local.test, b@local.test');
    assert.equal(told({ created: [] }), 'Recruiters already exist (no changes).');
  });

  it('makes one administrator per organisation, a superuser in the default one alone, and demo people', async () => {
    const plan = seedPlan({
      ENVIRONMENT: 'staging',
      ...admin,
      DEFAULT_ORG_ID: 'main',
      EXTRA_SEED_ORG_IDS: 'North, south ,main',
    });
    await seed(database.uow, plan);
    const found = await rows();
    assert.deepEqual(
      found.map(({ org, email, su, must, roles }) => [org, email, su, must, roles.join('+')]),
      ['main', 'north', 'south'].flatMap((org) => [
        [org, 'boss@example.com', org === 'main', false, 'admin+owner'],
        [org, `employee-${org}@example.com`, false, false, 'employee'],
        [org, `hr-${org}@example.com`, false, false, 'employee+hr'],
      ]),
    );
    const hasher = passwordHasher();
    for (const { password } of found) assert.ok(await hasher.matches(admin.SEED_ADMIN_PASSWORD, password));
  });

  it('in production makes no demo people, and the administrator must choose another password', async () => {
    await seed(database.uow, seedPlan({ ENVIRONMENT: 'production', ...admin, EXTRA_SEED_ORG_IDS: 'north' }));
    const found = await rows();
    assert.deepEqual(
      found.map(({ org, email, must }) => [org, email, must]),
      [
        ['north', 'boss@example.com', true],
        ['tenon', 'boss@example.com', true],
      ],
    );
  });

  it('refuses what it cannot use, with a sentence that names the setting', () => {
    const refuses = (env: Readonly<Record<string, string>>, sentence: RegExp): void =>
      assert.throws(() => seedPlan(env), sentence);
    refuses({}, /ENVIRONMENT must be set/);
    refuses({ ENVIRONMENT: 'production' }, /set SEED_ADMIN_EMAIL and SEED_ADMIN_PASSWORD/);
    refuses({ ENVIRONMENT: 'local', SEED_ADMIN_EMAIL: 'a@b.test' }, /must be set together/);
    refuses({ ENVIRONMENT: 'local', ...admin, SEED_ADMIN_EMAIL: 'nobody' }, /SEED_ADMIN_EMAIL must be an e-mail/);
    refuses(
      { ENVIRONMENT: 'production', ...admin, SEED_ADMIN_PASSWORD: 'short' },
      /SEED_ADMIN_PASSWORD must have at least 12/,
    );
    refuses({ ENVIRONMENT: 'local', ...admin, EXTRA_SEED_ORG_IDS: 'ok,N o' }, /EXTRA_SEED_ORG_IDS/);
  });
});
