import { createHash, randomBytes } from 'node:crypto';
import { permissions } from './state.ts';
import type { Account, Permission, Repository, State } from './state.ts';
import type { Store } from './store.ts';

const tokensKeptPerAccount = 20;

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** A token in the shape of GitHub's classic ones. */
export function newToken(): string {
  return `ghp_${randomBytes(27).toString('base64url').replaceAll(/[-_]/g, 'x')}`;
}

export function findAccount(state: State, login: string): Account | undefined {
  return state.accounts.find((account) => account.login.toLowerCase() === login.toLowerCase());
}

export function accountById(state: State, id: number): Account | undefined {
  return state.accounts.find((account) => account.id === id);
}

/** Looked up by hash: equal time for every token that does not exist. */
export function findByToken(state: State, token: string): Account | undefined {
  const hash = hashToken(token);
  return state.accounts.find((account) => account.tokenHashes.includes(hash));
}

/** Finds or creates; the caller commits. */
export function ensureAccount(store: Store, login: string, type: Account['type']): Account {
  const existing = findAccount(store.state, login);
  if (existing) return existing;
  const account: Account = {
    id: store.nextId('account'),
    login,
    type,
    tokenHashes: [],
    createdAt: new Date().toISOString(),
  };
  store.state.accounts.push(account);
  return account;
}

export function addToken(account: Account, token: string): void {
  const hash = hashToken(token);
  account.tokenHashes = [...account.tokenHashes.filter((known) => known !== hash), hash].slice(-tokensKeptPerAccount);
}

function rank(permission: Permission): number {
  return permissions.indexOf(permission);
}

/** null: the account may not even see the repository. */
export function permissionOf(state: State, account: Account | null, repository: Repository): Permission | null {
  if (account) {
    const owns = repository.owner.toLowerCase() === account.login.toLowerCase();
    if (owns) return 'admin';
    const owner = findAccount(state, repository.owner);
    if (owner?.type === 'Organization' && state.orgAdminIds.includes(account.id)) return 'admin';
    const granted = repository.collaborators[String(account.id)];
    if (granted) return granted;
  }
  return repository.private ? null : 'pull';
}

export function allows(held: Permission | null, needed: Permission): boolean {
  return held !== null && rank(held) >= rank(needed);
}
