import { ArtifactError } from '../artifacts/index.ts';
import type { Client } from './client.ts';
import { unexpectedReply } from './errors.ts';
import type { GithubForge } from './forge.ts';
import { parts } from './names.ts';

/** GitHub answers with a short-lived signed address on another host, which must not get the token. */
export function downloadCall(
  client: Client,
  { apiBase, timeoutMs }: { apiBase: string; timeoutMs: number },
): Pick<GithubForge, 'downloadArtifact'> {
  const protocols = apiBase.startsWith('http:') ? ['http:', 'https:'] : ['https:'];

  async function addressOf(repo: string, artifactId: string): Promise<URL> {
    const reply = await client.rest.actions.downloadArtifact({
      ...parts(repo),
      artifact_id: Number(artifactId),
      archive_format: 'zip',
      request: { redirect: 'manual' },
    });
    const { location } = (reply as { headers: { location?: string } }).headers;
    if (location === undefined || !URL.canParse(location, apiBase)) throw unexpectedReply('downloadArtifact');
    const address = new URL(location, apiBase);
    if (!protocols.includes(address.protocol)) throw unexpectedReply('downloadArtifact');
    return address;
  }

  return {
    async downloadArtifact(repo, artifactId, maxBytes) {
      const address = await addressOf(repo, artifactId);
      const reply = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) }).catch(
        () => undefined, // its error quotes the signed address
      );
      if (!reply?.ok || !reply.body) {
        await reply?.body?.cancel();
        throw unexpectedReply('downloadArtifact');
      }
      return readCapped(reply.body, maxBytes);
    },
  };
}

async function readCapped(body: NonNullable<Response['body']>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > maxBytes) throw new ArtifactError('artifact_too_large', 'The artifact is too large to be read.');
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof ArtifactError ? error : unexpectedReply('downloadArtifact');
  }
  return Buffer.concat(chunks);
}
