import { readCommit, writeCommit } from '../git/commits.ts';
import type { Person } from '../git/commits.ts';
import { isPlainRefName, moveRef, resolveCommit, zeroSha } from '../git/revisions.ts';
import { findEntry, readBlob, readTree, writeFileInTree } from '../git/trees.ts';
import type { TreeEntry } from '../git/trees.ts';
import type { Account } from '../state.ts';
import type { World } from '../world.ts';
import { GithubError, notFound, unprocessable, validationFailed } from './errors.ts';
import { optionalObject, optionalText, requiredText } from './input.ts';
import { noreplyDomain, presentGitCommit } from './present/commits.ts';
import { created, ok } from './route.ts';
import type { Reply, RepositoryCall, Route } from './route.ts';

const maxInlineBytes = 1024 * 1024;
const maxRawBytes = 100 * 1024 * 1024;
const kinds: Record<string, string> = { tree: 'dir', commit: 'submodule', blob: 'file' };

function present(world: World, call: RepositoryCall, ref: string, entry: TreeEntry): Record<string, unknown> {
  const path = entry.path.split('/').map(encodeURIComponent).join('/');
  const self = `${world.links.repositoryApi(call.repository)}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const folder = entry.type === 'tree' ? 'trees' : 'blobs';
  const git = `${world.links.repositoryApi(call.repository)}/git/${folder}/${entry.sha}`;
  const page = world.links.repositoryPage(call.repository);
  const html = `${page}/blob/${encodeURIComponent(ref)}/${path}`;
  return {
    type: entry.mode === '120000' ? 'symlink' : (kinds[entry.type] ?? 'file'),
    name: entry.path.split('/').at(-1) ?? '',
    path: entry.path,
    sha: entry.sha,
    size: entry.size ?? 0,
    url: self,
    html_url: html,
    git_url: git,
    download_url: entry.type === 'blob' ? `${page}/raw/${encodeURIComponent(ref)}/${path}` : null,
    _links: { self, git, html },
  };
}

async function fileReply(world: World, call: RepositoryCall, ref: string, entry: TreeEntry): Promise<Reply> {
  const data = await readBlob(call.dir, entry.sha, maxRawBytes);
  if (/application\/vnd\.github\.(v3\.)?raw/.test(call.accept)) {
    return { status: 200, text: { type: 'application/vnd.github.raw; charset=utf-8', data } };
  }
  const common = present(world, call, ref, entry);
  if (common['type'] === 'symlink') return ok({ ...common, target: data.toString('utf8') });
  const large = data.length > maxInlineBytes;
  const lines = data.toString('base64').replaceAll(/(.{60})/g, '$1\n');
  const content = large || lines === '' || lines.endsWith('\n') ? lines : `${lines}\n`;
  return ok({ ...common, encoding: large ? 'none' : 'base64', content: large ? '' : content });
}

async function read(world: World, call: RepositoryCall): Promise<Reply> {
  const { repository, dir, params, query } = call;
  const ref = query.get('ref') ?? repository.defaultBranch;
  const sha = await resolveCommit(dir, ref);
  if (!sha) throw notFound(query.has('ref') ? `No commit found for the ref ${ref}` : 'This repository is empty.');
  const path = (params['path'] ?? '').replace(/\/+$/, '');
  const entry = path ? await findEntry(dir, sha, path) : null;
  if (path && !entry) throw notFound();
  if (entry && entry.type !== 'tree') return fileReply(world, call, ref, entry);
  const prefix = path ? `${path}/` : '';
  const children = await readTree(dir, entry ? entry.sha : `${sha}^{tree}`);
  return ok(children.map((child) => present(world, call, ref, { ...child, path: prefix + child.path })));
}

function personFrom(given: Record<string, unknown> | undefined, actor: Account): Person {
  const email = `${actor.login}@${noreplyDomain}`;
  const date = new Date().toISOString();
  if (!given) return { name: actor.login, email, date };
  return {
    name: requiredText(given, 'name'),
    email: requiredText(given, 'email'),
    date: optionalText(given, 'date') ?? date,
  };
}

function pathParam(call: RepositoryCall): string {
  const path = call.params['path'] ?? '';
  const parts = path.split('/');
  const bad =
    parts.some((part) => ['', '.', '..'].includes(part) || part.toLowerCase() === '.git') || path.includes('\0');
  if (bad) throw unprocessable('path contains a malformed path component');
  return path;
}

/** GitHub's rules: an update names the blob that it replaces (409 when it is another), a new file names none. */
function assertExpected(existing: TreeEntry | null, sha: string | undefined, path: string): void {
  if (existing?.type === 'tree') throw unprocessable('Invalid request.\n\nThe path is a directory.');
  if (existing && sha === undefined) throw unprocessable(`Invalid request.\n\n"sha" wasn't supplied.`);
  if (sha !== undefined && sha !== existing?.sha) {
    throw new GithubError(409, `${path} does not match ${sha}`);
  }
}

async function write(world: World, call: RepositoryCall): Promise<Reply> {
  const { repository, dir, body, actor } = call;
  const path = pathParam(call);
  const branch = optionalText(body, 'branch') ?? repository.defaultBranch;
  const message = requiredText(body, 'message');
  if (typeof body['content'] !== 'string') throw unprocessable(`Invalid request.\n\n"content" wasn't supplied.`);
  if (!isPlainRefName(branch)) throw validationFailed({ resource: 'Commit', code: 'invalid', field: 'branch' });
  const head = await resolveCommit(dir, `refs/heads/${branch}`);
  const isEmpty = (await resolveCommit(dir, repository.defaultBranch)) === null;
  if (!head && !isEmpty) throw notFound(`Branch ${branch} not found`);
  const existing = head ? await findEntry(dir, head, path) : null;
  assertExpected(existing, optionalText(body, 'sha'), path);
  const committer = personFrom(optionalObject(body, 'committer'), actor);
  const givenAuthor = optionalObject(body, 'author');
  const author = givenAuthor ? personFrom(givenAuthor, actor) : committer;
  const { tree } = await writeFileInTree(dir, head && `${head}^{tree}`, path, Buffer.from(body['content'], 'base64'));
  const sha = await writeCommit(dir, { tree, parents: head ? [head] : [], message, author, committer });
  await world.refs.remember(repository);
  if (!(await moveRef(dir, `refs/heads/${branch}`, sha, head ?? zeroSha))) {
    throw new GithubError(409, `is at another commit but expected ${head}`);
  }
  await world.refs.report(repository, actor.id);
  const entry = await findEntry(dir, sha, path);
  const reply = {
    content: entry && present(world, call, branch, entry),
    commit: presentGitCommit(world, repository, await readCommit(dir, sha)),
  };
  return existing ? ok(reply) : created(reply);
}

export const contentRoutes: Route[] = [
  { method: 'GET', template: '/repos/{owner}/{repo}/contents/{path}', access: 'pull', handle: read },
  { method: 'PUT', template: '/repos/{owner}/{repo}/contents/{path}', access: 'push', handle: write },
];
