import { removeFolder } from '../folders.ts';
import { git } from '../git.ts';
import type { BuiltInAction } from './types.ts';

/** Puts the run's commit into the workspace. The clone shares nothing with the repository and does not know where it came from. */
export const checkout: BuiltInAction = {
  inputs: ['clean', 'fetch-depth', 'persist-credentials'],
  async run({ request, folders, log }) {
    const { workspace } = folders;
    await removeFolder(workspace);
    const clone = ['clone', '--quiet', '--no-hardlinks', '--no-checkout', '--template='];
    await git([...clone, '--', request.bareRepo, workspace], request.signal);
    await git(['-C', workspace, 'remote', 'remove', 'origin'], request.signal);
    await git(['-C', workspace, 'checkout', '--quiet', '--detach', request.sha], request.signal);
    log.line(`${request.repository} at ${request.sha}`);
    return { commit: request.sha, ref: request.ref };
  },
};
