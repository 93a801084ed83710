import { escapeHtml } from '../html.ts';

/** A mail's words. No line of the subject can break out of its header. */
export interface MailText {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A short mail around one link. Everything is plain text; what people typed goes through `oneLine` first. */
export interface Letter {
  readonly subject: string;
  readonly name: string;
  readonly opening: string;
  /** What the link does, e.g. `Open your invitation`. */
  readonly action: string;
  readonly link: string;
  readonly closing: string;
}

export function renderLetter({ subject, name, opening, action, link, closing }: Letter): MailText {
  return {
    subject,
    text: `Hello ${name},

${opening}

${action}:
${link}

${closing}
`,
    html: `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>
<body>
<p>Hello ${escapeHtml(name)},</p>
<p>${escapeHtml(opening)}</p>
<p><a href="${escapeHtml(link)}">${escapeHtml(action)}</a></p>
<p>${escapeHtml(link)}</p>
<p>${escapeHtml(closing)}</p>
</body>
</html>
`,
  };
}

/** E.g. `18 October 2026 at 14:30 UTC`. */
export function readableUtc(at: Date): string {
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
  return `${format.format(at)} UTC`;
}

/** What somebody typed, so that it can become neither a header nor a paragraph. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
