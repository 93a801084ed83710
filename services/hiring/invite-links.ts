import { currentLinkKeyId, hashSecret, linkToken } from '../../core/tokens.ts';

/** What is needed to make and to show invite links. */
export interface LinkSettings {
  readonly linkKeys: Readonly<Record<string, Buffer>>;
}

/** What is needed to make the address of one. */
export interface PortalSettings extends LinkSettings {
  /** Without a slash at its end. */
  readonly candidatePortalBaseUrl: string;
}

/** Whose link it is and of which life. */
export interface SessionLink {
  readonly id: string;
  readonly tokenKeyId: string;
  readonly generation: number;
}

/** The token of a session's present life; derived, so that it can be shown again and is stored nowhere. */
export function inviteToken({ linkKeys }: LinkSettings, { id, tokenKeyId, generation }: SessionLink): string {
  return linkToken(linkKeys, { keyId: tokenKeyId, kind: 'invite', id, generation });
}

/** The same for a link that may have ended long ago: null when its key has been put away since. */
export function shownInviteToken(links: LinkSettings, link: SessionLink): string | null {
  return Object.hasOwn(links.linkKeys, link.tokenKeyId) ? inviteToken(links, link) : null;
}

/** Where the candidate opens the invitation, in a mail and in a reply alike. */
export function inviteUrl(settings: PortalSettings, link: SessionLink): string {
  return `${settings.candidatePortalBaseUrl}/candidate/session/${inviteToken(settings, link)}`;
}

/** What the row keeps of a new link. */
export function newInviteLink(links: LinkSettings, id: string, generation: number) {
  const tokenKeyId = currentLinkKeyId(links.linkKeys);
  return { tokenKeyId, tokenHash: hashSecret(inviteToken(links, { id, tokenKeyId, generation })) };
}
