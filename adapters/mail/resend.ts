import { assertOutsideUnitOfWork } from '../../core/database.ts';
import { messageOf } from '../../core/errors.ts';
import { isBareAddress } from './address.ts';
import type { MailMessage, MailSender, SendOutcome } from './smtp.ts';

export interface ResendOptions {
  readonly apiKey: string;
  /** Without a slash at its end. */
  readonly apiBase?: string;
  readonly timeoutMs?: number;
}

const API_BASE = 'https://api.resend.com';
const TIMEOUT_MS = 25_000; // one that dribbles must not outlive the activity
/** Resend forgets a key after 24 hours; the last hour is left to clocks and to a slow attempt. */
const KEY_LIFE_MS = 23 * 3_600_000;
/** What a no to this very mail looks like; any other may pass when somebody has mended key, domain or quota. */
const FINAL = new Set([400, 413, 422]);
/** Before any byte of the mail had left. */
const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** Sends by Resend's HTTP API. Its `Idempotency-Key` makes a repeat within a day the same mail, so that lost answers do no harm. */
export function resendSender({ apiKey, apiBase = API_BASE, timeoutMs = TIMEOUT_MS }: ResendOptions): MailSender {
  /** Whatever the far side says back: our key is in no row and no log. */
  const withoutKey = (reason: string): string => reason.replaceAll(apiKey, '[redacted]');
  return {
    keyLifeMs: KEY_LIFE_MS,
    async send(message) {
      assertOutsideUnitOfWork('a mail');
      if (!isBareAddress(message.to)) return { outcome: 'refused', retryable: false, reason: 'Not a mail address' };
      try {
        const reply = await fetch(`${apiBase}/emails`, {
          method: 'POST',
          redirect: 'error',
          signal: AbortSignal.timeout(timeoutMs),
          headers: {
            authorization: `Bearer ${apiKey}`,
            'content-type': 'application/json',
            'idempotency-key': keyOf(message),
          },
          body: JSON.stringify(bodyOf(message)),
        });
        return judge(reply.status, readReply(await reply.text()), withoutKey);
      } catch (error) {
        const { code } = ((error as { cause?: unknown }).cause ?? {}) as { code?: string };
        const reason = withoutKey(code ?? messageOf(error));
        if (code !== undefined && NEVER_CONNECTED.has(code)) return { outcome: 'refused', retryable: true, reason };
        return { outcome: 'unknown', repeatable: true, reason };
      }
    },
  };
}

/** `email/<id>`: the same for every try. */
function keyOf({ messageId }: MailMessage): string {
  return `email/${messageId.slice(1, messageId.indexOf('@'))}`;
}

function bodyOf({ from, to, subject, text, html, messageId }: MailMessage) {
  return { from, to: [to], subject, text, html, headers: { 'Message-ID': messageId } };
}

interface Reply {
  readonly id?: string;
  readonly name?: string;
  readonly message?: string;
}

function readReply(text: string): Reply {
  try {
    const { id, name, message } = Object(JSON.parse(text)) as Record<string, unknown>;
    return { ...texts({ id, name, message }) };
  } catch {
    return {};
  }
}

function texts(fields: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function judge(status: number, { id, name, message }: Reply, withoutKey: (reason: string) => string): SendOutcome {
  if (status >= 200 && status < 300) return { outcome: 'sent', ...(id !== undefined && { providerMessageId: id }) };
  const reason = withoutKey([String(status), name, message].filter(Boolean).join(' '));
  if (status >= 500) return { outcome: 'unknown', repeatable: true, reason };
  // An attempt with this key is under way, or was taken with words that have changed since: that one may have been sent.
  if (status === 409) return { outcome: 'unknown', repeatable: name === 'concurrent_idempotent_requests', reason };
  return { outcome: 'refused', retryable: !FINAL.has(status), reason };
}
