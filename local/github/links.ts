import type { Repository } from './state.ts';

/** Where things are found; computed when shown, because the port may differ from one start to the next. */
export interface Links {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly apiUrl: string;
  repositoryApi(repository: Repository): string;
  repositoryPage(repository: Repository): string;
}

export function linksFor(url: string): Links {
  const apiUrl = `${url}/api/v3`;
  return {
    url,
    apiUrl,
    repositoryApi: ({ owner, name }) => `${apiUrl}/repos/${owner}/${name}`,
    repositoryPage: ({ owner, name }) => `${url}/${owner}/${name}`,
  };
}

/** GitHub's times have no fraction of a second. */
export function githubTime(iso: string): string {
  return `${new Date(iso).toISOString().slice(0, 19)}Z`;
}

export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}:${id}`).toString('base64url');
}

export function fullName(repository: Repository): string {
  return `${repository.owner}/${repository.name}`;
}
