import assert from 'node:assert/strict';
import { createContext, runInContext } from 'node:vm';
import { Window, type HTMLInputElement } from 'happy-dom';
import { systemActor } from '../../../domain/identity/actor.ts';
import type { AccountLinkKind } from '../../../domain/identity/account-link.ts';
import { accountLinkUrl, mailAccountLink } from '../../../services/identity/account-links.ts';
import { startTestApi, type TestApi } from '../../support/api.ts';
import { eventually } from '../../support/eventually.ts';
import { goodPassword, makeUser } from '../../support/factories-identity.ts';

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const KINDS = ['verify_email', 'reset_password', 'accept_invitation'] as const;
const TOKEN = 'a-token_that-no-link-has-'.padEnd(43, 'x');
const files = { '/account': 'text/html', '/account/page.js': 'text/javascript', '/account/page.css': 'text/css' };

let api: TestApi;
before(async () => {
  api = await startTestApi();
});
after(() => api.close());

describe('the account page, as it is served', () => {
  for (const [path, type] of Object.entries(files)) {
    it(`${path} may load nothing from elsewhere, and gives no address away`, async () => {
      const { status, headers } = await api.call('get', path);
      assert.equal(status, 200);
      assert.equal(headers.get('content-type'), `${type}; charset=utf-8`);
      assert.equal(headers.get('content-security-policy'), POLICY);
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('cache-control'), 'no-store');
    });
  }

  it('has no script, style or handler of its own, and no file but these', async () => {
    const { body } = await api.call<string>('get', '/account');
    assert.doesNotMatch(body, /<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:|https?:/i);
    const assets = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = '']) => url);
    assert.deepEqual(assets.sort(), ['/account/page.css', '/account/page.js']);
  });

  it('tells the rules of passwords beforehand', async () => {
    const { body } = await api.call<string>('get', '/account');
    for (const rule of ['at least 12 characters', 'an upper-case letter, a digit', 'your e-mail address']) {
      assert.ok(body.includes(rule), rule);
    }
    assert.doesNotMatch(body, /\{\{/);
  });
});

describe('the account page, as it is used', () => {
  for (const kind of KINDS) {
    it(`takes ${kind} out of the address before anything is sent, and sends nothing by itself`, async () => {
      const page = await openPage(`${api.url}/account?from=mail#${kind}=${TOKEN}`);
      assert.equal(page.window.location.href, `${api.url}/account?from=mail`);
      assert.equal(page.window.history.length, 1);
      assert.deepEqual(page.did, ['replaceState']);
      await page.fillIn(...(kind === 'verify_email' ? [goodPassword] : [goodPassword, goodPassword]));
      assert.deepEqual(page.did, ['replaceState', `POST /api/v1/auth/${kind.replace('_', '-')}`]);
      assert.equal(page.sent[0]?.['token'], TOKEN);
      assert.equal(page.heading(), 'This link no longer works');
    });
  }

  it('confirms an e-mail by the password of the account, and says when it is another', async () => {
    const { link } = await makeLink('verify_email');
    const page = await openPage(link);
    await page.fillIn(`not ${goodPassword}`);
    assert.match(page.text(), /not the one of this account/);
    assert.equal(page.window.document.activeElement?.id, 'own-password');
    await page.fillIn(goodPassword);
    assert.equal(page.heading(), 'Your e-mail is confirmed');
    assert.deepEqual(page.forms(), []);
    const again = await openPage(link);
    await again.fillIn(goodPassword);
    assert.deepEqual(again.forms(), ['resend']);
  });

  it('offers another mail when a link has expired', async () => {
    const { link, id, email } = await makeLink('reset_password');
    await api.database.rows(`update account_links set expires_at = now() where id = $1`, [id]);
    const page = await openPage(link);
    await page.fillIn(goodPassword, goodPassword);
    assert.match(page.text(), /This link has expired/);
    assert.deepEqual(page.forms(), ['forgot']);
    await page.fillIn(email);
    assert.match(page.text(), /a mail is on its way/);
    assert.deepEqual(page.sent.at(-1), { email });
    assert.equal(page.did.at(-1), 'POST /api/v1/auth/forgot-password');
  });

  it('sends no passwords that differ', async () => {
    const page = await openPage(`${api.url}/account#reset_password=${TOKEN}`);
    await page.fillIn(goodPassword, `${goodPassword}!`);
    assert.deepEqual(page.sent, []);
    assert.match(page.text(), /The two passwords differ/);
    assert.equal(page.window.document.activeElement?.id, 'repeated');
    assert.equal(page.window.document.activeElement?.getAttribute('aria-invalid'), 'true');
  });

  it('says what is wrong with a password, and takes a better one', async () => {
    const { link, email } = await makeLink('reset_password');
    const page = await openPage(link);
    await page.fillIn('short', 'short');
    assert.match(page.text(), /at least 12 characters\. ?$/);
    assert.equal(page.window.document.activeElement?.id, 'password');
    await page.fillIn(`New ${goodPassword}`, `New ${goodPassword}`);
    assert.equal(page.heading(), 'Your password is changed');
    const body = { email, password: `New ${goodPassword}` };
    assert.equal((await api.call('post', '/api/v1/auth/login', { body })).status, 200);
  });

  it('accepts an invitation without as much as reading the tokens', async () => {
    const page = await openPage((await makeLink('accept_invitation')).link);
    await page.fillIn(goodPassword, goodPassword);
    assert.equal(page.heading(), 'You are in');
    assert.match(page.text(), /You can sign in now\./);
    assert.equal(page.replies[0]?.status, 200);
    assert.equal(page.replies[0].bodyUsed, false);
  });

  it('shows and hides what is typed', async () => {
    const page = await openPage(`${api.url}/account#reset_password=${TOKEN}`);
    const types = () =>
      [...page.window.document.querySelectorAll('#choose input')].map((one) => one.getAttribute('type'));
    const box = page.window.document.querySelector('#shown') as HTMLInputElement;
    box.click();
    assert.deepEqual(types(), ['text', 'text', 'checkbox']);
    box.click();
    assert.deepEqual(types(), ['password', 'password', 'checkbox']);
  });

  it('starts over when the next link is opened in the same tab', async () => {
    const page = await openPage(`${api.url}/account#verify_email=${TOKEN}`);
    page.window.location.hash = `#reset_password=${TOKEN}`;
    await eventually('the next link', async () => page.heading() === 'Choose a new password');
    assert.equal(page.window.location.href, `${api.url}/account`);
    await page.settle();
  });

  for (const hash of ['', '#verify_email=', '#verify_email=cut-off', `#constructor=${TOKEN}`]) {
    it(`asks for a mail where there is no link to open: "${hash.slice(0, 22)}"`, async () => {
      const page = await openPage(`${api.url}/account${hash}`);
      assert.equal(page.window.location.hash, '');
      assert.deepEqual(page.forms(), ['forgot', 'resend']);
      await page.fillIn('somebody@test.example');
      assert.deepEqual(page.did.at(-1), 'POST /api/v1/auth/forgot-password');
    });
  }
});

describe('the account page, when it does not go well', () => {
  const refusal = (status: number, detail: string, wait?: number) => () =>
    Promise.resolve(Response.json({ detail }, { status, ...(wait && { headers: { 'retry-after': String(wait) } }) }));
  const cases: readonly (readonly [string, () => Promise<Response>, RegExp])[] = [
    ['too many tries', refusal(429, 'Please slow down.', 45), /slow down\. You can try again in 45 seconds\./],
    ['too many mails', refusal(429, 'Please slow down.', 200), /You can try again in 4 minutes\./],
    ['too many, for how long unknown', refusal(429, 'Please slow down.'), /You can try again in 60 seconds\./],
    ['an account without access', refusal(403, 'This account has been deactivated'), /deactivated\./],
    ['no answer', () => Promise.reject(new TypeError('fetch failed')), /try again in a minute/],
    ['a proxy’s answer', () => Promise.resolve(new Response('<html>', { status: 502 })), /try again in a minute/],
  ];
  for (const [name, answer, said] of cases) {
    it(`says what to do and lets one try again: ${name}`, async () => {
      const page = await openPage(`${api.url}/account#verify_email=${TOKEN}`, answer);
      await page.fillIn(goodPassword);
      assert.match(page.text(), said);
      assert.deepEqual(page.forms(), ['confirm']);
      await page.press();
      const body = { token: TOKEN, password: goodPassword };
      assert.deepEqual(page.sent, [body, body]);
    });
  }

  it('says that one is offline', async () => {
    const page = await openPage(
      `${api.url}/account#verify_email=${TOKEN}`,
      () => Promise.reject(new TypeError()),
      false,
    );
    await page.fillIn(goodPassword);
    assert.match(page.text(), /as soon as you are connected/);
  });

  it('sends once, however often the button is pressed', async () => {
    const page = await openPage(`${api.url}/account#verify_email=${TOKEN}`);
    page.type(goodPassword);
    await Promise.all([page.press(), page.press()]);
    assert.equal(page.sent.length, 1);
  });
});

/** A link as it is mailed, to a fresh account. */
async function makeLink(kind: AccountLinkKind): Promise<{ link: string; id: string; email: string }> {
  const { orgId, userId, email } = await makeUser(kind === 'accept_invitation' ? {} : { password: goodPassword });
  await api.app.uow.write(systemActor(orgId, 'test'), (uow) =>
    mailAccountLink(uow, { userId, email, kind }, api.settings),
  );
  const [made] = await api.database.rows<{ id: string; tokenKeyId: string }>(
    `select id, token_key_id as "tokenKeyId" from account_links where user_id = $1`,
    [userId],
  );
  assert.ok(made);
  const settings = { ...api.settings, accountPortalUrl: `${api.url}/account` };
  return { ...made, email, link: accountLinkUrl(settings, { ...made, kind }) };
}

/**
 * Opens it in a browser that has what is named here and nothing else: no storage, no console, no other way out. What the
 * page asks for goes to the API, unless `answer` is given.
 */
async function openPage(link: string, answer?: () => Promise<Response>, onLine = true) {
  const secrets = [/#\w+=(.{20,})$/.exec(link)?.[1], goodPassword].filter((secret) => secret !== undefined);
  const did: string[] = [];
  const sent: Record<string, unknown>[] = [];
  const replies: Response[] = [];
  const window = new Window({ url: link });
  const { document, location, history } = window;
  const [{ body: html }, { body: script }] = await Promise.all([
    api.call<string>('get', '/account'),
    api.call<string>('get', '/account/page.js'),
  ]);
  document.write(html.replace(/<(link|script) .*/g, '')); // served and looked at above; the script is run below
  const scope = {
    document,
    location,
    AbortSignal,
    navigator: { onLine },
    history: {
      replaceState(...entry: Parameters<typeof history.replaceState>) {
        did.push('replaceState');
        history.replaceState(...entry);
      },
    },
    addEventListener: window.addEventListener.bind(window),
    async fetch(path: string, init: RequestInit & { readonly body: string }) {
      did.push(`${init.method} ${path}`);
      sent.push(JSON.parse(init.body) as Record<string, unknown>);
      const reply = await (answer?.() ?? fetch(new URL(path, api.url), init));
      replies.push(reply);
      return reply;
    },
  };
  runInContext(script, createContext(scope));
  const shown = () => document.querySelectorAll('form:not([hidden])');
  const page = {
    window,
    did,
    sent,
    replies,
    heading: () => document.querySelector('h1')?.textContent,
    forms: () => [...shown()].map((form) => form.id),
    /** What can be read above and in the first form. */
    text: () =>
      `${document.querySelector('#intro')?.textContent} ${shown()[0]?.querySelector('.note')?.textContent ?? ''}`,
    type(...values: readonly string[]) {
      const inputs = [...(shown()[0]?.querySelectorAll('input') ?? [])] as HTMLInputElement[];
      for (const [at, value] of values.entries()) inputs[at]!.value = value;
    },
    async fillIn(...values: readonly string[]) {
      page.type(...values);
      await page.press();
    },
    async press() {
      shown()[0]?.querySelector('button')?.click();
      await page.settle();
    },
    /** Waits until nothing is under way, and looks for what must not be seen anywhere. */
    async settle() {
      await eventually('a reply', async () => document.querySelector('[aria-disabled="true"]') === null);
      for (const secret of secrets) {
        const seen = [document.documentElement.outerHTML, document.title, location.href, ...did];
        assert.ok(!seen.some((place) => place.includes(secret)), 'a secret can be seen');
      }
    },
  };
  return page;
}
