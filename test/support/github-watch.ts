import { githubWatch, type GithubWatch } from '../../adapters/github/watch.ts';
import { createLogger, type Logger } from '../../core/logger.ts';
import type { TestGithub } from './factories-workspaces.ts';

/** What reconciliation reads, of a (local) GitHub; the address is the one that its hook sends to. */
export function watchOf(
  { apiUrl, token }: Pick<TestGithub, 'apiUrl' | 'token'>,
  webhookUrl = 'http://127.0.0.1:1/api/github/webhooks',
  log: Logger = createLogger('test', 'silent'),
): GithubWatch {
  return githubWatch({ apiBase: apiUrl, token, owner: 'tenon-hire-dev', webhookUrl }, log);
}
