import { escapeHtml } from '../html.ts';

/** A mail's words. No line of the subject can break out of its header. */
export interface MailText {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A short mail, mostly around one link. Everything is plain text; what people typed goes through `oneLine` first. */
export interface Letter {
  readonly subject: string;
  readonly name: string;
  readonly opening: string;
  readonly step?: {
    /** What the link does, e.g. `Open your invitation`. */
    readonly action: string;
    readonly link: string;
  };
  readonly closing: string;
}

/** @throws when a variable came empty or the link is none: a mail with a hole must not leave */
export function renderLetter(letter: Letter): MailText {
  assertWhole(letter);
  const { subject, name, opening, step, closing } = letter;
  return {
    subject,
    text: `Hello ${name},

${opening}
${step ? `\n${step.action}:\n${step.link}\n` : ''}
${closing}
`,
    html: `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>
<body>
<p>Hello ${escapeHtml(name)},</p>
<p>${escapeHtml(opening)}</p>
${step ? linkInHtml(step) : ''}<p>${escapeHtml(closing)}</p>
</body>
</html>
`,
  };
}

function linkInHtml({ action, link }: NonNullable<Letter['step']>): string {
  return `<p><a href="${escapeHtml(link)}">${escapeHtml(action)}</a></p>\n<p>${escapeHtml(link)}</p>\n`;
}

function assertWhole({ subject, name, opening, step, closing }: Letter): void {
  const words = { subject, name, opening, closing, ...(step && { action: step.action }) };
  for (const [variable, value] of Object.entries(words)) {
    if (value === '' || value !== oneLine(value)) throw new Error(`The mail's ${variable} is empty or not one line`);
  }
  if (step && !/^https?:\/\/[^\s<>"]+$/.test(step.link)) throw new Error("The mail's link is no address");
}

const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

/** E.g. `18 October 2026 at 14:30 UTC`. */
export function readableUtc(at: Date): string {
  return `${format.format(at)} UTC`;
}

/** What somebody typed, so that it can become neither a header nor a paragraph. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

/** The same for a name that may consist of nothing else. */
export function named(name: string, otherwise = 'there'): string {
  return oneLine(name) || otherwise;
}
