import assert from 'node:assert/strict';
import { readableUtc } from '../../../domain/mail/letter.ts';
import { renderInvitation } from '../../../domain/mail/templates.ts';

describe('the invitation mail', () => {
  const invitation = {
    candidateName: 'Ada Lovelace',
    title: 'Rental desk',
    role: 'Backend Engineer',
    link: 'https://tenon.example/candidate/session/abc-_123',
    expiresAt: new Date('2026-10-18T14:30:00Z'),
  };

  it('names the candidate, role, title, link and deadline in both forms', () => {
    const { subject, text, html } = renderInvitation(invitation);
    assert.equal(subject, "You're invited: Rental desk");
    for (const form of [text, html]) {
      for (const part of ['Ada Lovelace', 'Rental desk', 'Backend Engineer', invitation.link, '18 October 2026'])
        assert(form.includes(part), part);
    }
    assert(html.includes(`href="${invitation.link}"`));
  });

  it('shows the deadline with its time zone', () => {
    assert.match(readableUtc(new Date('2026-01-02T23:59:59Z')), /^2 January 2026.* 23:59 UTC$/);
  });

  it('keeps what people typed plain text', () => {
    const typed = `<script>alert("x")</script> & 'co'`;
    const { html, text } = renderInvitation({ ...invitation, candidateName: typed, title: typed, role: typed });
    assert(!html.includes('<script>'));
    assert(html.includes('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;co&#39;'));
    assert(text.includes(typed));
  });

  it('keeps every name on one line, so that none becomes a header or a paragraph', () => {
    const { subject, text } = renderInvitation({
      ...invitation,
      title: 'Desk\r\nBcc: all@example.com\u2028\u0000x',
      candidateName: 'Ada\n\nPay here: evil.example',
    });
    assert.equal(subject, "You're invited: Desk Bcc: all@example.com x");
    assert(text.startsWith('Hello Ada Pay here: evil.example,\n'));
  });
});
