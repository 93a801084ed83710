import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

/** A mail server that knows how often each mail has left. */
export interface CountingServer {
  readonly url: string;
  /** Letters that went out for a mail; a provider that recognises a double sends none for it. */
  letters(emailId: string): number;
  close(): Promise<void>;
}

/** Called when the server has taken a mail, before it says so. */
export type OnTaken = (emailId: string) => Promise<void> | void;

function ledger(onTaken: OnTaken) {
  const counts = new Map<string, number>();
  return {
    letters: (emailId: string): number => counts.get(emailId) ?? 0,
    take: async (emailId: string, letters: number): Promise<void> => {
      counts.set(emailId, (counts.get(emailId) ?? 0) + letters);
      await onTaken(emailId);
    },
  };
}

/** Takes whatever comes, doubles too, as mail servers do. */
export async function countingSmtp(onTaken: OnTaken): Promise<CountingServer> {
  const { take, letters } = ledger(onTaken);
  const receive = async (stream: NodeJS.ReadableStream, done: () => void): Promise<void> => {
    const raw = await text(stream);
    await take(/^message-id:\s*<([^@>]+)@/im.exec(raw)?.[1] ?? raw, 1);
    done();
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, done) => void receive(stream, done),
  });
  server.on('error', () => undefined); // a client that was killed
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    letters,
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** As Resend: a key that it knows brings the same answer and no second letter. */
export async function countingResend(onTaken: OnTaken): Promise<CountingServer> {
  const { take, letters } = ledger(onTaken);
  const ids = new Map<string, string>();
  const server: Server = createServer((request, reply) => {
    void text(request).then(async () => {
      const key = String(request.headers['idempotency-key']);
      const known = ids.get(key);
      const id = known ?? `letter-${ids.size}`;
      ids.set(key, id);
      await take(key.replace('email/', ''), known === undefined ? 1 : 0);
      reply.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ id }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    letters,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
