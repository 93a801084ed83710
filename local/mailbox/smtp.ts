import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { callbackify } from 'node:util';
import type { SMTPServerDataStream, SMTPServerSession } from 'smtp-server';
import { SMTPServer } from 'smtp-server';
import type { MailStore } from './store.ts';

const MAX_BYTES = 10 * 1024 * 1024;

export interface SmtpListener {
  readonly port: number;
  stop(): Promise<void>;
}

/** Takes every mail from this machine and keeps it; acknowledged only when its file is complete. */
export async function startSmtp(port: number, store: MailStore): Promise<SmtpListener> {
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: MAX_BYTES,
    closeTimeout: 1_000, // ms that a stop waits for clients
    onData(stream, session, callback) {
      callbackify(keep)(store, stream, session, (error) => callback(error));
    },
  });
  smtp.on('error', (error) => console.error(`smtp: ${error.message}`)); // a client that hangs up must not end the mailbox
  const server = smtp.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  return {
    port: address.port,
    stop: () => new Promise((resolve) => smtp.close(() => resolve())),
  };
}

async function keep(store: MailStore, stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
  const content = await buffer(stream);
  if (stream.sizeExceeded) throw Object.assign(new Error('Message is larger than 10 MiB'), { responseCode: 552 });
  const { mailFrom, rcptTo } = session.envelope;
  await store.keep(content, {
    from: mailFrom === false ? '' : mailFrom.address,
    to: rcptTo.map(({ address }) => address),
  });
}
