import assert from 'node:assert/strict';
import { renderLetter } from '../../../domain/mail/letter.ts';
import { renderNews, renderReminder } from '../../../domain/mail/session-templates.ts';

const hostile = `<img src=x onerror="alert(1)"> & 'co'\r\nBcc: all@example.com\u2028\u0000`;
const at = new Date('2026-10-18T14:30:00Z');
const link = 'https://portal.example/candidate/session/abc-_123';

const reminders = (['invite_ends_72h', 'invite_ends_24h', 'work_ends_24h', 'work_ends_2h'] as const).map((kind) => ({
  kind,
  render: (typed: string) => renderReminder({ kind, candidateName: typed, title: typed, link, expiresAt: at }),
}));
const news = (['session_completed', 'session_expired', 'invitation_failed'] as const).flatMap((kind) =>
  [true, false].map((claimed) => ({
    kind,
    render: (typed: string) =>
      renderNews({
        kind,
        recruiterName: typed,
        candidateName: typed,
        inviteEmail: 'ada@candidate.example',
        title: typed,
        at,
        claimed,
        reason: typed,
      }),
  })),
);

describe('the mails of a session’s life', () => {
  for (const { kind, render } of [...reminders, ...news]) {
    it(`${kind}: keeps what people typed text, in HTML, on one line and out of the header`, () => {
      const { subject, text, html } = render(hostile);
      assert.doesNotMatch(subject, /\p{Cc}|\p{Zl}/u);
      assert(
        !html.includes('<img') &&
          html.includes('&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; &#39;co&#39; Bcc'),
      );
      assert(text.split('\n').every((line) => !line.startsWith('Bcc')));
    });

    it(`${kind}: shows its time with the zone, and has words for who has no name`, () => {
      for (const form of [render('x').text, render('x').html]) assert.match(form, /18 October 2026.* 14:30 UTC/);
      assert(render('\u0000').text.startsWith('Hello there,\n'));
    });
  }

  it('say to the candidate what to do, with the link in both forms', () => {
    for (const { render } of reminders) {
      const { text, html } = render('Ada');
      assert(text.includes(`\n${link}\n`) && html.includes(`href="${link}"`));
    }
  });

  it('refuse a variable that is empty or more than a line, and a link that is no address', () => {
    const whole = { subject: 's', name: 'n', opening: 'o', closing: 'c', step: { action: 'a', link } };
    assert.doesNotThrow(() => renderLetter(whole));
    for (const broken of [
      { subject: '' },
      { subject: 'a\nBcc: b' },
      { name: ' ' },
      { opening: 'a\u2028b' },
      { closing: '' },
      { step: { action: '', link } },
      { step: { action: 'a', link: 'javascript:alert(1)' } },
      { step: { action: 'a', link: 'https://x.example/ y' } },
    ])
      assert.throws(() => renderLetter({ ...whole, ...broken }), /The mail's/, JSON.stringify(broken));
  });
});
