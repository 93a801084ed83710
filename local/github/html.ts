import { createHash } from 'node:crypto';
import { escapeHtml } from '../../domain/html.ts';

/** Text that is safe to stand in a page. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | Html[] | string | number | null | undefined;

function render(part: Part): string {
  if (part === null || part === undefined) return '';
  if (Array.isArray(part)) return part.map(render).join('');
  return part instanceof Html ? part.text : escapeHtml(String(part));
}

/** Template literals in which everything that is put in is escaped, unless it is Html itself. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(strings.reduce((text, literal, index) => text + render(parts[index - 1]) + literal));
}

const style = `body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2128}
pre{background:#f3f5f7;padding:.8rem;overflow:auto;font-size:13px}code{font-size:13px}
.success{color:#1a7f37}.failure,.timed_out{color:#c62828}.cancelled,.skipped{color:#6b7280}
table{border-collapse:collapse}td{padding:.15rem .8rem .15rem 0;vertical-align:top}.muted{color:#6b7280}`;

const styleElement = new Html(`<style>${style}</style>`);
const styleHash = createHash('sha256').update(style).digest('base64');

export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

export function page(title: string, body: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title}</title>
        ${styleElement}
      </head>
      <body>
        <p class="muted"><a href="/">Local GitHub</a></p>
        <h1>${title}</h1>
        ${body}
      </body>
    </html>`.text;
}
