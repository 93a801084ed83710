import type { ServerResponse } from 'node:http';
import { escapeHtml } from '../../domain/html.ts';
import { sendPage } from '../web.ts';
import type { Message } from './store.ts';

/** The list, newest first. */
export function sendList(res: ServerResponse, messages: readonly Message[]): void {
  const rows = messages.map(
    ({ id, to, subject, receivedAt }) =>
      `<tr><td>${escapeHtml(receivedAt)}</td><td>${escapeHtml(to.join(', '))}</td>` +
      `<td><a href="/messages/${id}">${escapeHtml(subject === '' ? '(no subject)' : subject)}</a></td></tr>`,
  );
  const table = `<table><tr><th>received</th><th>to</th><th>subject</th></tr>${rows.join('')}</table>`;
  sendPage(res, {
    title: 'Tenon mailbox',
    body: `<h1>Mailbox</h1>${rows.length === 0 ? '<p>No mail yet.</p>' : table}`,
  });
}

/** One mail: its text with links, and its HTML in a frame that runs nothing. */
export function sendMessage(res: ServerResponse, { id, to, from, subject, receivedAt, text, html }: Message): void {
  const head = Object.entries({ from, to: to.join(', '), received: receivedAt })
    .map(([name, value]) => `<tr><th>${name}</th><td>${escapeHtml(value)}</td></tr>`)
    .join('');
  const frame = `<h2>HTML</h2><iframe title="HTML part" sandbox="allow-popups allow-popups-to-escape-sandbox" src="/messages/${id}/html"></iframe>`;
  sendPage(res, {
    title: subject,
    body:
      `<p><a href="/">all mails</a> · <a href="/messages/${id}.eml">source</a></p><h1>${escapeHtml(subject)}</h1>` +
      `<table>${head}</table><pre>${withLinks(text)}</pre>${html === '' ? '' : frame}`,
    policy: "frame-src 'self'",
  });
}

/** The HTML part by itself: no script, nothing from outside, links open in a new window. */
export function sendHtmlPart(res: ServerResponse, { html }: Message): void {
  res.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy':
      "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  res.end(`<base target="_blank">${html}`);
}

function withLinks(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>"']+)/)
    .map((part, index) =>
      index % 2 === 1 ? `<a rel="noreferrer" href="${escapeHtml(part)}">${escapeHtml(part)}</a>` : escapeHtml(part),
    )
    .join('');
}
