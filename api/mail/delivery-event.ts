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
    case 'email.bounced': {
      const { type, message } = object(data['bounce']);
      const words = [type, message].filter((word) => typeof word === 'string' && word !== '');
      return { providerMessageId, reason: ['Bounced', ...words].join(': ') };
    }
    case 'email.complained':
      return { providerMessageId, reason: 'The recipient has marked it as spam' };
    default:
      return undefined;
  }
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
