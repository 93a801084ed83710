/** A mail that did not reach whom it was for, as Resend tells it. */
export interface UndeliveredMail {
  /** Resend's own id of the mail. */
  readonly providerMessageId: string;
  /** For people; what the far mail server said is cut and cleaned where it is stored. */
  readonly reason: string;
}

/** What an event says of an undelivered mail; undefined for any other event and for what is no event. */
export function readUndelivered(body: Buffer): UndeliveredMail | undefined {
  const event = parse(body);
  const data = object(event['data']);
  const providerMessageId = data['email_id'];
  if (typeof providerMessageId !== 'string' || providerMessageId === '') return undefined;
  switch (event['type']) {
    case 'email.bounced':
      return { providerMessageId, reason: told('Bounced', data['bounce'], ['type', 'message']) };
    case 'email.failed': // taken, and then not sent: a quota, a domain, a recipient
      return { providerMessageId, reason: told('Not sent', data['failed'], ['reason']) };
    case 'email.suppressed': // the address has bounced or complained before
      return { providerMessageId, reason: told('Suppressed', data['suppressed'], ['type', 'message']) };
    case 'email.complained':
      return { providerMessageId, reason: 'The recipient has marked it as spam' };
    default:
      return undefined;
  }
}

/** `what`, and those words of the detail that are there. */
function told(what: string, detail: unknown, words: readonly string[]): string {
  const fields = object(detail);
  return [what, ...words.map((word) => fields[word]).filter((word) => typeof word === 'string' && word !== '')].join(
    ': ',
  );
}

function parse(body: Buffer): Record<string, unknown> {
  try {
    return object(JSON.parse(body.toString()));
  } catch {
    return {};
  }
}

function object(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
