import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import Joi from 'joi';
import { everyone } from '../actors.ts';
import { AppError } from '../../core/errors.ts';
import { endpoint, text } from '../endpoint.ts';

const require = createRequire(import.meta.url);
const swaggerUi = dirname(require.resolve('swagger-ui-dist/package.json'));
const redoc = join(dirname(require.resolve('redoc/package.json')), 'bundles');

/** Served from the installed packages, so the pages work offline. */
const files: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  'swagger-ui.css': { file: join(swaggerUi, 'swagger-ui.css'), type: 'text/css; charset=utf-8' },
  'swagger-ui-bundle.js': { file: join(swaggerUi, 'swagger-ui-bundle.js'), type: 'text/javascript; charset=utf-8' },
  'favicon-32x32.png': { file: join(swaggerUi, 'favicon-32x32.png'), type: 'image/png' },
  'redoc.standalone.js': { file: join(redoc, 'redoc.standalone.js'), type: 'text/javascript; charset=utf-8' },
};

const START_SWAGGER = `window.ui = SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true });\n`;

/** Scripts only as files of ours; both tools write style attributes, and Redoc searches in a worker. */
const CONTENT_SECURITY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  'worker-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HTML = text('text/html; charset=utf-8');
const headers = { 'content-security-policy': CONTENT_SECURITY };

export const docsPage = endpoint({
  method: 'get',
  path: '/docs',
  summary: 'This API in Swagger UI',
  auth: everyone,
  may: 'public',
  input: {},
  replies: { 200: HTML },
  errors: [],
  handle: async () => ({
    status: 200,
    headers,
    body: page(
      '<link rel="stylesheet" href="/docs/assets/swagger-ui.css">',
      '<div id="swagger-ui"></div><script src="/docs/assets/swagger-ui-bundle.js"></script><script src="/docs/assets/start-swagger.js"></script>',
    ),
  }),
});

export const redocPage = endpoint({
  method: 'get',
  path: '/redoc',
  summary: 'This API in Redoc',
  auth: everyone,
  may: 'public',
  input: {},
  replies: { 200: HTML },
  errors: [],
  handle: async () => ({
    status: 200,
    headers,
    body: page('', '<redoc spec-url="/openapi.json"></redoc><script src="/docs/assets/redoc.standalone.js"></script>'),
  }),
});

export const docsAsset = endpoint({
  method: 'get',
  path: '/docs/assets/:file',
  summary: 'Scripts and styles of the documentation pages',
  auth: everyone,
  may: 'public',
  input: { params: Joi.object<{ file: string }, true>({ file: Joi.string().max(100).required() }) },
  replies: { 200: text('application/octet-stream') },
  errors: ['NOT_FOUND'],
  async handle({ input: { params } }) {
    if (params.file === 'start-swagger.js') return asset(START_SWAGGER, 'text/javascript; charset=utf-8');
    const found = Object.hasOwn(files, params.file) ? files[params.file] : undefined;
    if (!found) throw new AppError('NOT_FOUND');
    return asset(await readFile(found.file), found.type);
  },
});

function asset(body: string | Buffer, type: string) {
  return { status: 200, body, headers: { 'content-type': type, 'cache-control': 'public, max-age=3600' } } as const;
}

function page(head: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Tenon API</title>
<link rel="icon" href="/docs/assets/favicon-32x32.png">${head}</head>
<body>${body}</body>
</html>
`;
}
