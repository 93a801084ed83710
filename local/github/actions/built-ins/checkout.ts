import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { removeFolder } from '../folders.ts';
import { git } from '../git.ts';
import type { BuiltInAction } from './types.ts';

/**
 * Puts the run's commit into the workspace. The clone shares nothing with the repository and does not know where it came from.
 * Git runs outside of the sandbox and does what a clone's settings say: so it is finished where no step can write, then moved.
 */
export const checkout: BuiltInAction = {
  inputs: ['clean', 'fetch-depth', 'persist-credentials'],
  async run({ request, folders, log }) {
    const draft = join(folders.place, 'checkout');
    await removeFolder(draft);
    const clone = ['clone', '--quiet', '--no-hardlinks', '--no-checkout', '--template='];
    await git([...clone, '--', request.bareRepo, draft], request.signal);
    await git(['-C', draft, 'remote', 'remove', 'origin'], request.signal);
    await git(['-C', draft, 'checkout', '--quiet', '--detach', request.sha], request.signal);
    await removeFolder(folders.workspace);
    await rename(draft, folders.workspace);
    log.line(`${request.repository} at ${request.sha}`);
    return { commit: request.sha, ref: request.ref };
  },
};
