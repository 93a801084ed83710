import type { ServerResponse } from 'node:http';
import { escapeHtml } from '../../domain/html.ts';
import { sendPage } from '../web.ts';
import { people } from './people.ts';

/** Asks who one wants to be, keeping the client's request; the answer comes back as `login_hint` and `role`. */
export function sendLoginPage(res: ServerResponse, query: URLSearchParams): void {
  const kept = [...query]
    .filter(([name]) => name !== 'login_hint' && name !== 'role')
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('');
  const form = (fields: string): string => `<form action="/authorize" method="get">${kept}${fields}</form>`;
  const buttons = people.map(({ email, name, role }) =>
    form(
      `<input type="hidden" name="role" value="${role}">` +
        `<button name="login_hint" value="${escapeHtml(email)}">${escapeHtml(name)} (${escapeHtml(email)})</button>`,
    ),
  );
  const other = form(
    '<input type="email" name="login_hint" required placeholder="e-mail" aria-label="e-mail"> ' +
      '<select name="role" aria-label="role"><option>candidate</option><option>recruiter</option></select> ' +
      '<button>Sign in</button>',
  );
  sendPage(res, {
    title: 'Tenon: sign in (local)',
    body: `<h1>Sign in</h1><p>Local identity provider: no passwords.</p>${buttons.join('')}<h2>Somebody else</h2>${other}`,
    policy: "form-action 'self' http://localhost:* http://127.0.0.1:*", // browsers apply it to the redirect back, too
  });
}
