import { randomUUID } from 'node:crypto';
import { AppError } from '../../core/errors.ts';
import { currentLinkKeyId, hashSecret, linkToken } from '../../core/tokens.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import { accountLinkLifeMs, type AccountLinkKind } from '../../domain/identity/account-link.ts';
import type { Actor, AnonymousActor } from '../../domain/identity/actor.ts';
import { AccountLink } from '../../models/account-link.ts';
import { requestAccountEmail } from '../mail/email-requests.ts';

type TenantWork = UnitOfWork<Exclude<Actor, AnonymousActor>>;

/** What is needed to make and to show the links of account mails. */
export interface AccountLinkSettings {
  readonly linkKeys: Readonly<Record<string, Buffer>>;
}

interface LinkPlace {
  readonly id: string;
  readonly kind: AccountLinkKind;
  readonly tokenKeyId: string;
}

/** The token of a link; derived, so that it can be put into the mail without being stored anywhere. */
export function accountLinkToken({ linkKeys }: AccountLinkSettings, { id, kind, tokenKeyId }: LinkPlace): string {
  return linkToken(linkKeys, { keyId: tokenKeyId, kind, id, generation: 1 });
}

/**
 * Where it is opened. The token stands behind the `#`, which no browser sends and no server logs: the page reads it and
 * sends it in a body.
 */
export function accountLinkUrl(
  settings: AccountLinkSettings & { readonly accountPortalUrl: string },
  link: LinkPlace,
): string {
  return `${settings.accountPortalUrl}#${link.kind}=${accountLinkToken(settings, link)}`;
}

/** Makes a link for an account of the current organisation and mails it; older ones of its kind are good no longer. */
export async function mailAccountLink(
  uow: TenantWork,
  { userId, email, kind }: { readonly userId: string; readonly email: string; readonly kind: AccountLinkKind },
  settings: AccountLinkSettings,
): Promise<void> {
  await closeLinks(userId, kind);
  const id = randomUUID();
  const tokenKeyId = currentLinkKeyId(settings.linkKeys);
  const link = await AccountLink.create({
    id,
    orgId: uow.actor.orgId,
    userId,
    kind,
    tokenKeyId,
    tokenHash: hashSecret(accountLinkToken(settings, { id, kind, tokenKeyId })),
    expiresAt: new Date(Date.now() + accountLinkLifeMs[kind]),
  });
  await requestAccountEmail(uow, { kind, accountLinkId: link.id, userId, toAddress: email });
}

/**
 * A link of the current organisation that may still be opened.
 * @throws {AppError} LINK_INVALID (used, replaced, or of another kind), LINK_EXPIRED
 */
export async function openLink(id: string, kind: AccountLinkKind, lock = false): Promise<AccountLink> {
  const link = await AccountLink.findOne({ where: { id }, lock });
  if (!link || link.kind !== kind || link.usedAt) throw new AppError('LINK_INVALID');
  if (link.expiresAt.getTime() <= Date.now()) throw new AppError('LINK_EXPIRED');
  return link;
}

/** Open links of these kinds are good no longer: their purpose is served, or a newer one is under way. All kinds if not said. */
export async function closeLinks(userId: string, ...kinds: readonly AccountLinkKind[]): Promise<void> {
  const where = { userId, usedAt: null, ...(kinds.length > 0 && { kind: [...kinds] }) };
  await AccountLink.update({ usedAt: new Date() }, { where });
}
