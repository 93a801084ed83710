import type { Account, Permission, Repository } from '../state.ts';
import type { World } from '../world.ts';
import type { Credential } from './authenticate.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Reply {
  status: number;
  /** JSON; absent: no body. */
  body?: unknown;
  /** A body that is not JSON. */
  text?: { type: string; data: Buffer | string };
  headers?: Record<string, string>;
}

export interface Call {
  params: Record<string, string>;
  /** The whole address below `/api/v3`, for `Link` headers. */
  path: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
  actor: Account;
  by: Credential;
  accept: string;
  /** Work that begins when the answer has been sent. */
  afterwards(work: () => void): void;
}

export interface RepositoryCall extends Call {
  repository: Repository;
  permission: Permission;
  /** The bare repository's folder. */
  dir: string;
}

interface RouteBase {
  method: Method;
  /** As in GitHub's description, for example `/repos/{owner}/{repo}/branches/{branch}`. */
  template: string;
}

const plainAccess = ['anyone signed in', 'organisation admin', 'app', 'installation'] as const;

export interface PlainRoute extends RouteBase {
  /** `app`: with the app's own token; `installation`: with one of its installation. */
  access: (typeof plainAccess)[number];
  handle(world: World, call: Call): Reply | Promise<Reply>;
}

export interface RepositoryRoute extends RouteBase {
  access: Permission;
  /** Allowed on an archived repository although it writes. */
  evenArchived?: boolean;
  handle(world: World, call: RepositoryCall): Reply | Promise<Reply>;
}

export type Route = PlainRoute | RepositoryRoute;

export function isRepositoryRoute(route: Route): route is RepositoryRoute {
  return !plainAccess.some((access) => access === route.access);
}

export function ok(body: unknown, headers?: Record<string, string>): Reply {
  return { status: 200, body, ...(headers && { headers }) };
}

export function created(body: unknown, headers?: Record<string, string>): Reply {
  return { status: 201, body, ...(headers && { headers }) };
}

export const noContent: Reply = { status: 204 };
