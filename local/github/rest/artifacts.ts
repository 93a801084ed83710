import { signedLink } from '../artifacts.ts';
import type { ArtifactRecord } from '../state.ts';
import type { World } from '../world.ts';
import { GithubError, notFound } from './errors.ts';
import { idParam } from './input.ts';
import { paginate } from './pagination.ts';
import { presentArtifact } from './present/runs.ts';
import { ok } from './route.ts';
import type { Reply, RepositoryCall, Route } from './route.ts';
import { findRun } from './runs.ts';

function findArtifact(world: World, { repository, params }: RepositoryCall): ArtifactRecord {
  const id = idParam(params, 'artifact_id');
  const artifact = world.store.state.artifacts.find((candidate) => candidate.id === id);
  if (!artifact || artifact.repositoryId !== repository.id) throw notFound();
  return artifact;
}

function present(world: World, { repository }: RepositoryCall, artifact: ArtifactRecord): Record<string, unknown> {
  const run = world.store.state.runs.find(({ id }) => id === artifact.runId);
  return presentArtifact(world, repository, artifact, run);
}

function list(world: World, call: RepositoryCall, all: readonly ArtifactRecord[]): Reply {
  const name = call.query.get('name');
  const found = all.filter((artifact) => name === null || artifact.name === name);
  const { items, headers } = paginate(world.links.apiUrl, call, found);
  return ok({ total_count: found.length, artifacts: items.map((artifact) => present(world, call, artifact)) }, headers);
}

export const artifactRoutes: Route[] = [
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/actions/artifacts',
    access: 'pull',
    handle: (world, call) =>
      list(
        world,
        call,
        world.store.state.artifacts.filter(({ repositoryId }) => repositoryId === call.repository.id),
      ),
  },
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/actions/runs/{run_id}/artifacts',
    access: 'pull',
    handle(world, call) {
      const run = findRun(world, call);
      return list(
        world,
        call,
        world.store.state.artifacts.filter(({ runId }) => runId === run.id),
      );
    },
  },
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/actions/artifacts/{artifact_id}',
    access: 'pull',
    handle: (world, call) => ok(present(world, call, findArtifact(world, call))),
  },
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}',
    access: 'pull',
    handle(world, call) {
      const artifact = findArtifact(world, call);
      if (call.params['archive_format'] !== 'zip') throw notFound();
      if (artifact.expired) throw new GithubError(410, 'Artifact has expired');
      return { status: 302, headers: { location: signedLink(world, `/_downloads/artifacts/${artifact.id}.zip`) } };
    },
  },
];
