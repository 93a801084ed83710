import { join } from 'node:path';
import type { Role } from '../../local/identity/people.ts';
import { mintToken } from '../../local/identity/mint.ts';
import { stateDir } from '../../local/paths.ts';
import { ensureSecrets } from '../../local/secrets.ts';
import { urlOf, type StackFile } from '../../local/supervisor/stack-file.ts';
import { apiClient, type Call } from './api-client.ts';

/** Signs somebody in at the local identity provider and gives their way to the API. */
export async function signIn(stack: StackFile, email: string, role: Role): Promise<Call> {
  const token = await mintToken({ keyFile: join(stateDir, 'identity-key.json'), issuer: stack.issuer, email, role });
  return apiClient(urlOf(stack, 'api'), token);
}

export interface GithubAccount {
  readonly login: string;
  readonly token: string;
}

/** Makes the candidate an account at the local GitHub, as they would have one at the real one. */
export async function githubAccount(stack: StackFile, login: string): Promise<GithubAccount> {
  const { githubToken } = await ensureSecrets(stateDir);
  const response = await fetch(`${urlOf(stack, 'github')}/_control/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-control-token': githubToken },
    body: JSON.stringify({ login }),
  });
  if (!response.ok) throw new Error(`the local GitHub made no account: ${response.status}`);
  return (await response.json()) as GithubAccount;
}

/** Accepts the invitations to repositories that wait for an account, with its own token. */
export async function acceptInvitations(stack: StackFile, { token }: GithubAccount): Promise<void> {
  const base = `${urlOf(stack, 'github')}/api/v3/user/repository_invitations`;
  const headers = { authorization: `Bearer ${token}` };
  const invitations = (await (await fetch(base, { headers })).json()) as readonly { id: number }[];
  for (const { id } of invitations) await fetch(`${base}/${id}`, { method: 'PATCH', headers });
}

interface Message {
  readonly subject: string;
  readonly text: string;
}

/** The newest mail to an address, when there is one. */
export async function mailTo(stack: StackFile, address: string): Promise<Message | undefined> {
  const response = await fetch(`${urlOf(stack, 'mailbox')}/api/messages?to=${encodeURIComponent(address)}`);
  const messages = (await response.json()) as readonly Message[];
  return messages[0];
}
