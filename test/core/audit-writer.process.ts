// Creates accounts as fast as it can, several at once, until it is killed; prints the id of each one that is committed.
import { unitsOfWork } from '../../core/unit-of-work.ts';
import { systemActor } from '../../domain/identity/actor.ts';
import { connect } from '../../services/connect.ts';
import { createUser } from '../../services/identity/new-members.ts';

const AT_ONCE = 4;

async function main([url = '', orgId = '', name = '']: readonly string[]): Promise<void> {
  const uow = unitsOfWork({
    db: connect(url, { poolSize: AT_ONCE, applicationName: name }),
    deliver: () => Promise.resolve([]),
    onMarkError: () => undefined,
  });
  let counted = 0;
  const write = async (): Promise<void> => {
    for (;;) {
      const email = `${name}-${(counted += 1)}@test.example`;
      const { id } = await uow.write(systemActor(orgId, 'test'), (unit) =>
        createUser(unit, { email, name: 'Written', roles: ['recruiter'] }),
      );
      process.stdout.write(`${id}\n`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, write));
}

void main(process.argv.slice(2));
