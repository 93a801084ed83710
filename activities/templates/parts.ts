import type { GithubForge } from '../../adapters/github/index.ts';

export interface TemplateParts {
  readonly forge: GithubForge;
}
