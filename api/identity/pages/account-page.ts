import { readFileSync } from 'node:fs';
import { escapeHtml } from '../../../domain/html.ts';
import { LONGEST_PASSWORD, passwordFault } from '../../../domain/identity/password-policy.ts';
import { everyone } from '../../actors.ts';
import { endpoint, text } from '../../endpoint.ts';

/** Nothing but our own two files, and requests to this API only. */
const CONTENT_SECURITY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
const headers = { 'content-security-policy': CONTENT_SECURITY, 'referrer-policy': 'no-referrer' };

/** Read once, when the API starts: a build that lacks one is found out at once. */
const asset = (name: string): string => readFileSync(new URL(`./assets/${name}`, import.meta.url), 'utf8');
const html = asset('account.html');
const script = asset('account.js');
const style = asset('account.css');

/** Where the links of account mails lead, unless TENON_ACCOUNT_PORTAL_URL says otherwise. */
export const accountPage = endpoint({
  method: 'get',
  path: '/account',
  summary: 'The page where people open the links of account mails',
  description:
    'The link stands behind the `#`, which never reaches us; the page sends it when somebody presses a button.',
  auth: everyone,
  may: 'public',
  input: {},
  replies: { 200: text('text/html; charset=utf-8') },
  errors: [],
  handle: async ({ app }) => ({ status: 200, headers, body: withRules(app.settings.passwords.minLength) }),
});

export const accountScript = endpoint({
  method: 'get',
  path: '/account/page.js',
  summary: 'The script of the account page',
  auth: everyone,
  may: 'public',
  input: {},
  replies: { 200: text('text/javascript; charset=utf-8') },
  errors: [],
  handle: async () => ({ status: 200, headers, body: script }),
});

export const accountStyle = endpoint({
  method: 'get',
  path: '/account/page.css',
  summary: 'The style sheet of the account page',
  auth: everyone,
  may: 'public',
  input: {},
  replies: { 200: text('text/css; charset=utf-8') },
  errors: [],
  handle: async () => ({ status: 200, headers, body: style }),
});

/** The rules are told by asking the policy what is wrong with two passwords, so that both say the same. */
function withRules(minLength: number): string {
  const rules = { minLength, strict: true, email: '', isCommon: () => false };
  const faults = ['', 'a'.repeat(LONGEST_PASSWORD)].map((password) => passwordFault(password, rules) ?? '');
  return html.replace('{{rules}}', () => faults.map((fault) => `<li>${escapeHtml(fault)}.</li>`).join('\n'));
}
