import type { App } from '../../api/app.ts';
import type { Endpoint } from '../../api/endpoint.ts';
import { startApi, type RunningApi } from '../../api/http-server.ts';
import { endpoints as wholeTable } from '../../api/index.ts';
import { linksOf } from '../../api/links.ts';
import { trustedTokens } from '../../api/middleware/auth/trusted-issuers.ts';
import { accessTokens } from '../../core/access-tokens.ts';
import { counterStore } from '../../core/counter-store.ts';
import { lockout } from '../../core/lockout.ts';
import { createLogger, type Logger } from '../../core/logger.ts';
import { createMetrics } from '../../core/metrics.ts';
import type { WorkflowMessage } from '../../core/outbox.ts';
import { passwordHasher } from '../../core/passwords.ts';
import { rateLimiter } from '../../core/rate-limits.ts';
import { readSettings, type Settings } from '../../core/settings.ts';
import { listenWaiter } from '../../core/wait.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import { resetDatabase, type TestDatabase } from './database.ts';
import { replyCheck } from './reply-check.ts';
import { testEnvironment } from './settings.ts';
import { startTestIssuer, type Claims, type TestIssuer } from './tokens.ts';

export interface TestApiOptions {
  /** The whole API's if not given. */
  readonly endpoints?: readonly Endpoint[];
  /** Changes to the environment that settings are read from. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly log?: Logger;
  /** Changes to the parts; `App` is what handlers get. */
  readonly app?: Partial<App>;
}

export interface CallOptions {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a string or bytes go as they are. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

export interface Reply<Body> {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed when it is JSON, else the text. */
  readonly body: Body;
}

/** A fresh, empty API on a free port: real Postgres, own identity provider, workflow messages recorded, not sent. */
export interface TestApi {
  readonly url: string;
  readonly app: App;
  readonly database: TestDatabase;
  readonly issuer: TestIssuer;
  readonly settings: Settings;
  /** What was committed to the outbox and handed over, in order. */
  readonly delivered: WorkflowMessage[];
  /** Called after each delivery, before the request goes on: play the workflow here. Throwing leaves the entry undelivered. */
  react(reaction: (message: WorkflowMessage) => Promise<void> | void): void;
  /** A token with `recruiter:access` and a verified e-mail; `null` removes a claim. */
  recruiterToken(email: string, claims?: Claims): string;
  candidateToken(email: string, claims?: Claims): string;
  /** An access token of our own, as after a sign-in with a password. */
  ownToken(actor: UserActor, tokenVersion?: number): string;
  /** Makes a request and fails unless the reply is what the OpenAPI document declares. */
  call<Body = Readonly<Record<string, unknown>>>(
    method: string,
    path: string,
    options?: CallOptions,
  ): Promise<Reply<Body>>;
  close(): Promise<void>;
}

/** Starts one; call it in `before` and `close()` in `after`. Empties the database. */
export async function startTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const { endpoints = wholeTable, log = createLogger('test', 'silent') } = options;
  const database = await resetDatabase();
  const issuer = await startTestIssuer();
  const settings = readSettings(
    testEnvironment({
      DATABASE_URL: database.appUrl,
      DATABASE_URL_SYSTEM: database.systemUrl,
      TENON_AUTH0_ISSUER: issuer.issuer,
      TENON_AUTH0_JWKS_URL: issuer.jwksUrl,
      ...options.environment,
    }),
  );
  const delivered: WorkflowMessage[] = [];
  let reaction: (message: WorkflowMessage) => Promise<void> | void = () => undefined;
  const uow = database.unitsWith(async (entries) => {
    const done = [];
    for (const { id, message } of entries) {
      delivered.push(message);
      try {
        await reaction(message);
      } catch {
        break;
      }
      done.push({ id, outcome: message.signal ? 'signalled' : 'started' } as const);
    }
    return done;
  });
  const wait = listenWaiter(settings.database.directUrl, log);
  const counters = counterStore(settings.database.url, log);
  const ownTokens = accessTokens(settings);
  const app: App = {
    settings,
    uow,
    wait,
    log,
    db: database.db,
    metrics: createMetrics({ processMetrics: false }),
    links: linksOf(settings),
    tokens: trustedTokens(settings, ownTokens),
    accessTokens: ownTokens,
    passwords: passwordHasher(),
    workers: { count: () => Promise.resolve({}) },
    workflows: { run: () => Promise.reject(new Error('this test brings no Temporal')) },
    lockout: lockout(counters),
    limits: rateLimiter(counters, settings.rateLimits),
    ...options.app,
  };
  const api = await startApi({ app, endpoints, port: 0, host: '127.0.0.1' });
  const tokenFor = (email: string, permission: string, claims: Claims): string =>
    issuer.mint({
      sub: `test|${email.toLowerCase()}`,
      email,
      email_verified: true,
      permissions: [permission],
      ...claims,
    });
  return {
    url: api.url,
    app,
    database,
    issuer,
    settings,
    delivered,
    react: (next) => void (reaction = next),
    recruiterToken: (email, claims = {}) => tokenFor(email, 'recruiter:access', claims),
    candidateToken: (email, claims = {}) => tokenFor(email, 'candidate:access', claims),
    ownToken: (actor, tokenVersion = 1) => ownTokens.sign(actor, tokenVersion),
    call: caller(api, endpoints),
    async close() {
      await api.close(1_000);
      await Promise.all([app.wait.close(), wait.close(), counters.close(), issuer.close()]);
    },
  };
}

function caller({ url }: RunningApi, endpoints: readonly Endpoint[]): TestApi['call'] {
  const check = replyCheck(endpoints);
  return async <Body>(method: string, path: string, options: CallOptions = {}): Promise<Reply<Body>> => {
    const { token, headers, body, signal } = options;
    const plain = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(new URL(path, url), {
      method: method.toUpperCase(),
      redirect: 'manual',
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: plain ? body : JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    const contentType = response.headers.get('content-type') ?? '';
    const text = await response.text();
    const parsed: unknown = /[/+]json/.test(contentType) && text !== '' ? JSON.parse(text) : text;
    if (method.toLowerCase() !== 'head') check({ method, path, status: response.status, contentType, body: parsed });
    return { status: response.status, headers: response.headers, body: parsed as Body };
  };
}
