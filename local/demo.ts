// `npm run demo`: plays against the stack that runs.
import { stateDir } from './paths.ts';
import { play } from './play.ts';
import { lockHolder } from './supervisor/lock.ts';
import { readStackFile } from './supervisor/stack-file.ts';

const stack = readStackFile();
if (stack?.state !== 'running' || lockHolder(stateDir) === undefined) {
  process.stderr.write('The stack does not run: start it with `npm start` in another terminal.\n');
  process.exitCode = 1;
} else {
  await play(stack, (line) => void process.stdout.write(`${line}\n`));
}
