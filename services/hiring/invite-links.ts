import { currentLinkKeyId, hashSecret, linkToken } from '../../core/tokens.ts';

/** What is needed to make and to show invite links. */
export interface LinkSettings {
  readonly linkKeys: Readonly<Record<string, Buffer>>;
}

interface SessionLink {
  readonly id: string;
  readonly tokenKeyId: string;
  readonly generation: number;
}

/** The token of a session's present life; derived, so that it can be shown again and is stored nowhere. */
export function inviteToken({ linkKeys }: LinkSettings, { id, tokenKeyId, generation }: SessionLink): string {
  return linkToken(linkKeys, { keyId: tokenKeyId, kind: 'invite', id, generation });
}

/** What the row keeps of a new link. */
export function newInviteLink(links: LinkSettings, id: string, generation: number) {
  const tokenKeyId = currentLinkKeyId(links.linkKeys);
  return { tokenKeyId, tokenHash: hashSecret(inviteToken(links, { id, tokenKeyId, generation })) };
}
