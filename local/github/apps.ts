import { randomBytes } from 'node:crypto';
import { ensureAccount, hashToken } from './accounts.ts';
import type { Base } from './base.ts';
import type { LivingAppToken } from './control/types.ts';
import type { AppRecord, GrantedPermissions, InstallationToken, Repository, State } from './state.ts';
import type { Store } from './store.ts';

const slug = 'tenon-app';
const tokenLifeMs = 60 * 60 * 1000;

/** The app as GitHub knows it: without its private key. */
export interface LocalApp {
  id: number;
  /** PEM */
  publicKey: string;
}

/** What an organisation's administrator grants on the installation page. */
const usualPermissions: GrantedPermissions = {
  actions: 'write',
  administration: 'write',
  contents: 'write',
  metadata: 'read',
  organization_hooks: 'read',
  repository_hooks: 'read',
  workflows: 'write',
};

/** The one app follows the options; its installation and its grants stay. The caller commits. */
export function configureApp(store: Store, app: LocalApp | undefined): void {
  const { state } = store;
  const known = state.apps.find(({ id }) => id === app?.id);
  state.apps = known ? [known] : [];
  state.installationTokens = known ? state.installationTokens : [];
  if (!app) return;
  if (known) {
    known.publicKey = app.publicKey;
    return;
  }
  state.apps.push({
    ...app,
    slug,
    botId: ensureAccount(store, `${slug}[bot]`, 'Bot').id,
    installationId: store.nextId('installation'),
    permissions: { ...usualPermissions },
    isInstalled: true,
    createdAt: new Date().toISOString(),
  });
}

/** Makes a token of an hour; the caller commits. Ended ones go. */
export function addInstallationToken(
  state: State,
  app: AppRecord,
  { nowMs, ...cut }: Pick<InstallationToken, 'repositoryIds' | 'permissions'> & { nowMs: number },
): InstallationToken & { token: string } {
  const token = `ghs_${randomBytes(27).toString('base64url').replaceAll(/[-_]/g, 'x')}`;
  const expiresAt = new Date(nowMs + tokenLifeMs).toISOString();
  const record: InstallationToken = { ...cut, hash: hashToken(token), appId: app.id, expiresAt };
  state.installationTokens = [...state.installationTokens.filter((other) => lives(other, nowMs)), record];
  return { ...record, token };
}

function lives({ expiresAt }: InstallationToken, nowMs: number): boolean {
  return Date.parse(expiresAt) > nowMs;
}

/** Looked up by hash, as other tokens are; undefined when it has ended or its app is installed no more. */
export function findInstallationToken(
  state: State,
  token: string,
  nowMs: number,
): { app: AppRecord; token: InstallationToken } | undefined {
  const hash = hashToken(token);
  const found = state.installationTokens.find((known) => known.hash === hash);
  const app = state.apps.find(({ id, isInstalled }) => id === found?.appId && isInstalled);
  return found && app && lives(found, nowMs) ? { app, token: found } : undefined;
}

/** What control tells of the tokens that have not ended. */
export function livingTokens({ store: { state }, now }: Pick<Base, 'store' | 'now'>): LivingAppToken[] {
  const nameOf = (id: number): string => state.repositories.find((one) => one.id === id)?.name ?? String(id);
  return state.installationTokens
    .filter((token) => lives(token, now()))
    .map(({ repositoryIds, permissions, expiresAt }) => ({
      repositories: repositoryIds && repositoryIds.map(nameOf),
      permissions,
      expiresAt,
    }));
}

/** Whether a token is for the repository, which belongs to the organisation. */
export function covers({ repositoryIds }: InstallationToken, { id }: Repository): boolean {
  return repositoryIds === null || repositoryIds.includes(id);
}

/** Whether one set of permissions holds another. Writing includes reading; metadata can be read with any token. */
export function grants(held: GrantedPermissions, needed: GrantedPermissions): boolean {
  return Object.entries(needed).every(
    ([name, level]) => held[name] === 'write' || held[name] === level || (name === 'metadata' && level === 'read'),
  );
}
