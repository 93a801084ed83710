import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { TokenPair } from '../../api/identity/auth/token-pair.ts';
import { accept, signInAsAdmin, type Scene } from './candidate.ts';
import { ApiClient, type Reply } from './client.ts';

const USERS = '/api/v1/org/users';
const ROLES = '/api/v1/roles';
const AUTH = '/api/v1/auth';
const REFUSALS = [400, 401, 403, 404, 410, 422]; // final: who lost an answer is told that it was done already
const REFRESHES = 3;
const LOOK_EVERY_MS = 200;
const LONGEST_WAIT_MS = 90_000;

interface Added {
  readonly membership: { readonly id: string };
  readonly roles?: readonly { readonly name: string }[];
}

/** Somebody is added with a role, invited twice, accepts by the link of the mail, and keeps refreshing the session. */
export async function joinOrganization(scene: Scene): Promise<void> {
  const { ledger, world, name } = scene;
  const email = `${name}@chaos.test`;
  const admin = await signInAsAdmin(scene);
  const role = await makeRole(scene, admin);
  const { membership } = await admin.postTwice<Added>(
    { path: USERS, body: { email, roles: ['employee'] } },
    (body) => body.membership.id,
  );
  accept(scene, 'member', membership.id);
  await admin.post({ path: `${USERS}/${membership.id}/invitation` });
  const given = await admin.post<Added>({
    path: `${ROLES}/org/users/${membership.id}/roles`,
    body: { role_id: role.id },
  });
  if (!given.body.roles?.some((one) => one.name === role.name)) ledger.broken.push(`${email} did not get ${role.name}`);
  const member = new ApiClient(world.apis, 'none', ledger);
  const password = `Chaos-${randomUUID()}`;
  ledger.secrets.add(password);
  const signIn = (): Promise<Reply<TokenPair>> => member.post({ path: `${AUTH}/login`, body: { email, password } });
  let pair = await acceptInvitation(scene, { member, admin, membershipId: membership.id, email, password });
  for (let count = 0; count < REFRESHES; count += 1) {
    ledger.secrets.add(pair.access_token).add(pair.refresh_token);
    const body = { refresh_token: pair.refresh_token };
    const reply = await member.post<TokenPair>({ path: `${AUTH}/refresh`, body, final: REFUSALS });
    if (reply.status === 200) pair = reply.body;
    else {
      // a repeat of what had been done is taken for a thief; the first try must not be
      if (reply.tries === 1) ledger.broken.push(`a refresh of ${email} was refused at its first try: ${reply.status}`);
      pair = (await signIn()).body;
    }
  }
  ledger.secrets.add(pair.access_token).add(pair.refresh_token);
}

async function makeRole({ name }: Scene, admin: ApiClient): Promise<{ readonly id: string; readonly name: string }> {
  const wanted = `Readers Of ${name.replaceAll(/[^a-z0-9]/gi, '')}`;
  const body = { name: wanted, permissions: ['simulations.read'] };
  await admin.post({ path: ROLES, body, final: [409] }); // taken: an answer was lost
  const { items } = await admin.get<{ items: { id: string; name: string }[] }>(ROLES);
  const made = items.filter((role) => role.name.toLowerCase() === wanted.toLowerCase());
  const [role] = made;
  if (!role || made.length > 1) throw new Error(`${made.length} roles are named ${wanted}`);
  return role;
}

interface Invitation {
  readonly member: ApiClient;
  readonly admin: ApiClient;
  readonly membershipId: string;
  readonly email: string;
  readonly password: string;
}

/** Tries the links that have come, newest first; asks for another while none is good. */
async function acceptInvitation(
  { world, ledger }: Scene,
  { member, admin, membershipId, email, password }: Invitation,
): Promise<TokenPair> {
  const tried = new Set<string>();
  let askAgainAt = performance.now() + LONGEST_WAIT_MS / 3;
  for (const end = performance.now() + LONGEST_WAIT_MS; performance.now() < end; await pause(LOOK_EVERY_MS)) {
    for (const token of (await linksTo(world.plan.ports.mailbox, email)).filter((link) => !tried.has(link))) {
      tried.add(token);
      ledger.secrets.add(token);
      const body = { token, password };
      const reply = await member.post<TokenPair>({ path: `${AUTH}/accept-invitation`, body, final: REFUSALS });
      if (reply.status === 200) return reply.body;
      if (reply.tries === 1) continue; // a newer invitation has ended this link
      // So it has, or the answer that said yes was lost: then the password is good.
      const signedIn = await member.post<TokenPair>({
        path: `${AUTH}/login`,
        body: { email, password },
        final: REFUSALS,
      });
      if (signedIn.status === 200) return signedIn.body;
    }
    if (performance.now() < askAgainAt) continue;
    askAgainAt = Infinity; // the mail was lost with the mail server's answer
    await admin.post({ path: `${USERS}/${membershipId}/invitation` });
  }
  throw new Error(`no invitation of ${email} was good`);
}

async function linksTo(mailboxPort: number, email: string): Promise<string[]> {
  const url = `http://127.0.0.1:${mailboxPort}/api/messages?to=${encodeURIComponent(email)}`;
  const messages = await fetch(url).then(
    (response) => response.json() as Promise<{ text: string; receivedAt: string }[]>,
    () => [], // it has been struck
  );
  const newestFirst = messages.toSorted((a, b) => b.receivedAt.localeCompare(a.receivedAt));
  return newestFirst.flatMap(({ text }) => /#accept_invitation=([\w.-]+)/.exec(text)?.[1] ?? []);
}
