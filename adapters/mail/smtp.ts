import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import { parseConnectionUrl } from 'nodemailer/lib/shared';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { assertOutsideUnitOfWork } from '../../core/database.ts';
import { messageOf } from '../../core/errors.ts';
import { isBareAddress } from './address.ts';

export interface MailMessage {
  /** With angle brackets; the same for every try, so that a provider or a mail store can recognise a double. */
  readonly messageId: string;
  /** E.g. `Tenon <no-reply@tenon.example>`. */
  readonly from: string;
  /** One bare address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/**
 * `refused`: the server has not taken it, for certain; `retryable` says whether it may do so later. `unknown`: the
 * connection broke after the mail was under way; `repeatable` when the provider would recognise a double by its key.
 */
export type SendOutcome =
  | {
      readonly outcome: 'sent';
      /** Where the provider has a name of its own for the mail. */
      readonly providerMessageId?: string;
    }
  | { readonly outcome: 'refused'; readonly retryable: boolean; readonly reason: string }
  | { readonly outcome: 'unknown'; readonly repeatable: boolean; readonly reason: string };

export interface MailSender {
  /** How long the provider recognises a key. Where it is not given, what may have been sent is never sent again. */
  readonly keyLifeMs?: number;
  /** One attempt. Never throws for what the network or the server does. Takes at most 25 s. */
  send(message: MailMessage): Promise<SendOutcome>;
}

const STEP_TIMEOUT_MS = 10_000; // a mail server that says nothing for so long is away
const TOTAL_TIMEOUT_MS = 25_000; // one that dribbles must not outlive the activity

/** Sends by SMTP; `url` is `smtp[s]://[user:password@]host[:port]`. One connection a mail. */
export function smtpSender(url: string): MailSender {
  const { auth, ...server } = parseConnectionUrl(url);
  return {
    async send(message) {
      assertOutsideUnitOfWork('a mail');
      if (!isBareAddress(message.to)) return { outcome: 'refused', retryable: false, reason: 'Not a mail address' };
      const composed = new MailComposer({
        ...message,
        to: { name: '', address: message.to },
        disableFileAccess: true,
        disableUrlAccess: true,
      }).compile();
      const body = await composed.build();
      const connection = new SMTPConnection({
        ...server,
        connectionTimeout: STEP_TIMEOUT_MS,
        greetingTimeout: STEP_TIMEOUT_MS,
        socketTimeout: STEP_TIMEOUT_MS,
        dnsTimeout: STEP_TIMEOUT_MS,
      });
      return converse(connection, auth, { from: composed.getEnvelope().from, to: message.to }, body);
    },
  };
}

interface Envelope {
  readonly from: string | false;
  readonly to: string;
}

/** The server asks for the body only after it has taken the recipient: until then nothing can have been sent. */
function converse(
  connection: SMTPConnection,
  auth: { user?: string; pass?: string } | undefined,
  envelope: Envelope,
  body: Buffer,
): Promise<SendOutcome> {
  return new Promise((resolve) => {
    let bodyBegun = false;
    const settle = (outcome: SendOutcome): void => {
      clearTimeout(limit);
      resolve(outcome);
      if (outcome.outcome === 'sent') connection.quit();
      else connection.close();
    };
    const fail = (error: unknown): void => settle(judge(error, bodyBegun));
    const limit = setTimeout(() => fail(new Error('The mail server took too long')), TOTAL_TIMEOUT_MS);
    const content = new Readable({
      read() {
        bodyBegun = true;
        this.push(body);
        this.push(null);
      },
    });
    const send = (): void =>
      connection.send(envelope, content, (error) => (error ? fail(error) : settle({ outcome: 'sent' })));
    connection.on('error', fail);
    connection.connect((error) => {
      if (error) fail(error);
      else if (auth) connection.login(auth, (refused) => (refused ? fail(refused) : send()));
      else send();
    });
  });
}

/** What a mail server's no to this very mail looks like; anything else may pass. */
const FINAL_COMMANDS = new Set(['MAIL FROM', 'RCPT TO', 'DATA', 'API']);

function judge(error: unknown, bodyBegun: boolean): SendOutcome {
  const { responseCode, command, code } = error as { responseCode?: number; command?: string; code?: string };
  const reason = messageOf(error);
  if (bodyBegun && responseCode === undefined) return { outcome: 'unknown', repeatable: false, reason };
  const aboutThisMail = command !== undefined && FINAL_COMMANDS.has(command);
  const forGood = responseCode === undefined ? code === 'EENVELOPE' || code === 'EMESSAGE' : responseCode >= 500;
  return { outcome: 'refused', retryable: !(aboutThisMail && forGood), reason };
}
