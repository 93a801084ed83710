import { escapeHtml } from '../html.ts';

/** A mail's words. No line of the subject can break out of its header. */
export interface MailText {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface Invitation {
  readonly candidateName: string;
  readonly title: string;
  readonly role: string;
  readonly link: string;
  readonly expiresAt: Date;
}

/** The invite mail of contracts/hiring.md section 6. What people typed is plain text in both forms. */
export function renderInvitation(invitation: Invitation): MailText {
  const name = oneLine(invitation.candidateName);
  const title = oneLine(invitation.title);
  const role = oneLine(invitation.role);
  const deadline = readableUtc(invitation.expiresAt);
  const { link } = invitation;
  return {
    subject: `You're invited: ${title}`,
    text: `Hello ${name},

you are invited to "${title}", a simulation of five days for the role ${role}.

Open your invitation:
${link}

The link is valid until ${deadline}. It is yours alone: please do not pass it on.
`,
    html: `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${escapeHtml(`You're invited: ${title}`)}</title></head>
<body>
<p>Hello ${escapeHtml(name)},</p>
<p>you are invited to <strong>${escapeHtml(title)}</strong>, a simulation of five days for the role ${escapeHtml(role)}.</p>
<p><a href="${escapeHtml(link)}">Open your invitation</a></p>
<p>${escapeHtml(link)}</p>
<p>The link is valid until ${escapeHtml(deadline)}. It is yours alone: please do not pass it on.</p>
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

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
