import { readCommit, readCommits } from './git/commits.ts';
import type { Commit } from './git/commits.ts';
import { diffText } from './git/diff.ts';
import { findEntry, readBlob } from './git/trees.ts';
import { emptyTree, resolveCommit } from './git/revisions.ts';
import { fullName, githubTime } from './links.ts';
import { findRenamed, findRepository } from './repositories.ts';
import { comparisonEnds } from './rest/compare.ts';
import { readLog } from './run-logs.ts';
import type { Repository, RunRecord } from './state.ts';
import type { World } from './world.ts';
import { html, page } from './html.ts';
import type { Html } from './html.ts';

const shownCommits = 20;
const shownDiffCharacters = 200_000;

function commitList(repository: Repository, commits: readonly Commit[]): Html {
  const rows = commits.map(
    ({ sha, message, author }) =>
      html`<tr>
        <td>
          <a href="/${fullName(repository)}/commit/${sha}"><code>${sha.slice(0, 7)}</code></a>
        </td>
        <td>${message.split('\n')[0]}</td>
        <td class="muted">${author.name}, ${githubTime(author.date)}</td>
      </tr>`,
  );
  return html`<table>
    ${rows}
  </table>`;
}

function runLine(repository: Repository, run: RunRecord): Html {
  const state = run.conclusion ?? run.status;
  return html`<li>
    <a href="/${fullName(repository)}/actions/runs/${run.id}">${run.title} #${run.runNumber}</a>
    <span class="${state}">${state}</span> <code>${run.headSha.slice(0, 7)}</code>
  </li>`;
}

function home(world: World): string {
  const rows = world.store.state.repositories.map(
    (repository) =>
      html`<li><a href="/${fullName(repository)}">${fullName(repository)}</a> ${repository.description}</li>`,
  );
  return page(
    'Repositories',
    html`<ul>
      ${rows}
    </ul>`,
  );
}

async function repositoryPage(world: World, repository: Repository): Promise<string> {
  const dir = world.bareDir(repository);
  const head = await resolveCommit(dir, repository.defaultBranch);
  const commits = head ? await readCommits(dir, [head], { limit: shownCommits }) : [];
  const runs = world.store.state.runs.filter(({ repositoryId }) => repositoryId === repository.id).toReversed();
  return page(
    fullName(repository),
    html`<p>${repository.description}</p>
      <p>${repository.private ? 'private' : 'public'}${repository.archived ? ', archived' : ''}</p>
      <pre>git clone ${world.links.repositoryPage(repository)}.git</pre>
      <h2>Commits on ${repository.defaultBranch}</h2>
      ${commitList(repository, commits)}
      <h2>Workflow runs</h2>
      <ul>
        ${runs.slice(0, shownCommits).map((run) => runLine(repository, run))}
      </ul>`,
  );
}

async function runPage(world: World, repository: Repository, id: string): Promise<string | null> {
  const run = world.store.state.runs.find((candidate) => String(candidate.id) === id);
  if (!run || run.repositoryId !== repository.id) return null;
  const jobs = await Promise.all(
    run.jobs.map(async (job) => {
      const steps = job.steps.map((step) => html`<li class="${step.conclusion}">${step.name}: ${step.conclusion}</li>`);
      const log = await readLog(world, run.id, job.id);
      return html`<h2>${job.name}: <span class="${job.conclusion}">${job.conclusion}</span></h2>
        <ol>
          ${steps}
        </ol>
        <pre>${log}</pre>`;
    }),
  );
  const artifacts = world.store.state.artifacts.filter(({ runId }) => runId === run.id);
  const state = run.conclusion ?? run.status;
  return page(
    `${run.title} #${run.runNumber}`,
    html`<p><a href="/${fullName(repository)}">${fullName(repository)}</a>, ${run.workflowPath} on ${run.headBranch}</p>
      <p>
        <span class="${state}">${state}</span>, commit
        <a href="/${fullName(repository)}/commit/${run.headSha}"><code>${run.headSha.slice(0, 7)}</code></a>
      </p>
      ${jobs}
      <h2>Artifacts</h2>
      <ul>
        ${artifacts.map(({ name, sizeBytes }) => html`<li>${name} (${sizeBytes} bytes)</li>`)}
      </ul>`,
  );
}

async function commitPage(world: World, repository: Repository, name: string): Promise<string | null> {
  const dir = world.bareDir(repository);
  const sha = await resolveCommit(dir, name);
  if (!sha) return null;
  const commit = await readCommit(dir, sha);
  const diff = await diffText(dir, commit.parents[0] ?? emptyTree, sha);
  return page(
    commit.message.split('\n')[0] ?? sha,
    html`<p><a href="/${fullName(repository)}">${fullName(repository)}</a> <code>${sha}</code></p>
      <p>${commit.author.name}, ${githubTime(commit.author.date)}</p>
      <pre>${commit.message}</pre>
      <pre>${diff.toString('utf8').slice(0, shownDiffCharacters)}</pre>`,
  );
}

async function comparePage(world: World, repository: Repository, basehead: string): Promise<string | null> {
  const dir = world.bareDir(repository);
  const ends = await comparisonEnds(dir, basehead);
  if (!ends) return null;
  const commits = await readCommits(dir, [`${ends.base}..${ends.head}`], { limit: 100 });
  const diff = await diffText(dir, ends.mergeBase, ends.head);
  return page(
    basehead,
    html`<p><a href="/${fullName(repository)}">${fullName(repository)}</a></p>
      ${commitList(repository, commits)}
      <pre>${diff.toString('utf8').slice(0, shownDiffCharacters)}</pre>`,
  );
}

/** A file as `blob/<ref>/<path>` or `raw/<ref>/<path>` names it; a slash in the ref is written `%2F`. */
async function findFile(world: World, repository: Repository, rest: readonly string[]): Promise<Buffer | null> {
  const [ref = '', ...parts] = rest.map(decodeURIComponent);
  const dir = world.bareDir(repository);
  const sha = await resolveCommit(dir, ref);
  const entry = sha && parts.length > 0 ? await findEntry(dir, sha, parts.join('/')) : null;
  return entry?.type === 'blob' ? readBlob(dir, entry.sha) : null;
}

async function filePage(world: World, repository: Repository, rest: readonly string[]): Promise<string | null> {
  const data = await findFile(world, repository, rest);
  const text = data?.toString('utf8').slice(0, shownDiffCharacters);
  return text === undefined ? null : page(rest.slice(1).map(decodeURIComponent).join('/'), html`<pre>${text}</pre>`);
}

/** The bytes behind a `download_url`; null when the address is another one or there is no such file. */
export async function readRawFile(world: World, pathname: string): Promise<Buffer | null> {
  const [, owner = '', name = '', kind, ...rest] = pathname.split('/');
  const repository = kind === 'raw' ? findRepository(world.store.state, owner, name) : undefined;
  return repository ? findFile(world, repository, rest) : null;
}

/** The page of an address that Tenon shows; null when there is nothing. Open to everybody on this machine. */
export async function renderPage(world: World, pathname: string): Promise<string | null> {
  if (pathname === '/') return home(world);
  const [, owner = '', name = '', kind, ...rest] = pathname.split('/');
  const { state } = world.store;
  const repository = findRepository(state, owner, name) ?? findRenamed(state, owner, name);
  if (!repository) return null;
  if (!kind) return repositoryPage(world, repository);
  const tail = decodeURIComponent(rest.join('/'));
  if (kind === 'actions' && rest[0] === 'runs') return runPage(world, repository, rest[1] ?? '');
  if (kind === 'commit') return commitPage(world, repository, tail);
  if (kind === 'blob') return filePage(world, repository, rest);
  if (kind === 'compare') return comparePage(world, repository, tail);
  return null;
}
