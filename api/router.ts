import cors from '@koa/cors';
import { Router } from '@koa/router';
import Koa, { type Context, type Middleware } from 'koa';
import helmet from 'koa-helmet';
import { AppError } from '../core/errors.ts';
import type { App } from './app.ts';
import type { Endpoint } from './endpoint.ts';
import { accessLog } from './middleware/access-log.ts';
import { errorReplies } from './middleware/errors.ts';
import { handlerOf, type ClientWatch } from './middleware/handler.ts';
import { rateLimitGuard } from './middleware/rate-limit.ts';
import { requestId } from './middleware/request-id.ts';

/** Nothing of ours needs to load anything, except the pages that say otherwise in their replies. */
const CONTENT_SECURITY = {
  useDefaults: false,
  directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] },
};

/** Builds the Koa application from the table of endpoints. */
export function koaApp(app: App, endpoints: readonly Endpoint[], clients: ClientWatch): Koa {
  const koa = new Koa({ proxy: app.settings.trustProxy, maxIpsCount: 1 }); // the address that our own proxy saw, not what a client wrote before it
  koa.on('error', (error: unknown) => app.log.warn({ err: error }, 'reply could not be sent'));
  koa.use(requestId);
  koa.use(accessLog(app));
  koa.use(helmet({ contentSecurityPolicy: CONTENT_SECURITY, frameguard: { action: 'deny' } }));
  koa.use(corsOf(app));
  koa.use(errorReplies(app.log));
  const router = new Router();
  const guard = rateLimitGuard(app);
  for (const endpoint of endpoints) router[endpoint.method](endpoint.path, handlerOf(app, endpoint, clients, guard));
  koa.use(router.routes() as Middleware);
  koa.use(noRoute);
  return koa;
}

function corsOf({ settings }: App): Middleware {
  const { corsAllowOriginPattern: pattern } = settings;
  const allowed = new Set(settings.corsAllowOrigins);
  const isAllowed = (origin: string): boolean => allowed.has(origin) || pattern?.test(origin) === true;
  return cors({
    origin: (ctx) => (isAllowed(ctx.get('origin')) ? ctx.get('origin') : ''),
    credentials: true,
    maxAge: 600,
    exposeHeaders: [
      'x-request-id',
      'x-tenon-request-id',
      'retry-after',
      'ratelimit',
      'ratelimit-policy',
      'location',
      'link',
    ],
  });
}

/** Nothing in the table answers this path, or not with this method. */
function noRoute(ctx: Context): void {
  const layers = (ctx as Context & { matched?: readonly { readonly methods: readonly string[] }[] }).matched ?? [];
  const methods = new Set(layers.flatMap((layer) => layer.methods));
  if (methods.size === 0) throw new AppError('NOT_FOUND');
  ctx.set('allow', [...methods, 'OPTIONS'].sort().join(', '));
  if (ctx.method !== 'OPTIONS') throw new AppError('METHOD_NOT_ALLOWED');
  ctx.status = 204;
}
