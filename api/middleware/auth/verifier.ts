import type { Context } from 'koa';
import koaJwt from 'koa-jwt';
import { AppError } from '../../../core/errors.ts';
import type { SigningKeys } from './signing-keys.ts';

/** Seconds that clocks may differ. */
const LEEWAY_SECONDS = 60;

/** Whose tokens are accepted, and for which audience. */
export interface TrustedIssuer {
  /** Exactly as in `iss`. */
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly keys: SigningKeys;
}

export interface TokenVerifier {
  /**
   * Checks the bearer token of a request: signature, issuer, audience, times; `exp` and `sub` must be there.
   * @throws {AppError} 401 with the contract's texts, or 503 AUTH_PROVIDER_UNAVAILABLE
   */
  verify(ctx: Context): Promise<Readonly<Record<string, unknown>>>;
}

/** One koa-jwt per issuer, chosen by the token's unverified `iss`. */
export function tokenVerifier(issuers: readonly TrustedIssuer[]): TokenVerifier {
  const verifiers = new Map(issuers.map((trusted) => [trusted.issuer, verifierOf(trusted)]));
  const algorithms = new Set(issuers.flatMap((trusted) => trusted.algorithms));
  return {
    async verify(ctx) {
      const [header, payload] = bearerOf(ctx).split('.').map(readPart);
      if (!header) throw new AppError('TOKEN_HEADER_INVALID');
      if (typeof header['kid'] !== 'string' || header['kid'] === '') throw new AppError('TOKEN_KID_MISSING');
      if (!algorithms.has(String(header['alg']))) throw new AppError('TOKEN_ALGORITHM_INVALID');
      const verifier = typeof payload?.['iss'] === 'string' ? verifiers.get(payload['iss']) : undefined;
      if (!verifier) throw new AppError('TOKEN_INVALID');
      await verifier(ctx, () => Promise.resolve()).catch(refuse);
      const claims = ctx.state['claims'] as Readonly<Record<string, unknown>>;
      if (typeof claims['exp'] !== 'number' || !claims['sub']) throw new AppError('TOKEN_INVALID');
      return claims;
    },
  };
}

function verifierOf({ issuer, audience, algorithms, keys }: TrustedIssuer): koaJwt.Middleware {
  const options = {
    key: 'claims',
    // jsonwebtoken takes a KeyObject; koa-jwt's typings know text and bytes only
    secret: ({ kid }: { kid: string }) => keys.find(kid) as Promise<unknown> as Promise<Buffer>,
    getToken: bearerOf,
    issuer,
    audience,
    algorithms: [...algorithms],
    clockTolerance: LEEWAY_SECONDS, // handed on to jsonwebtoken; not in koa-jwt's typings
  };
  return koaJwt(options);
}

/** The bearer token of a request. @throws {AppError} NOT_AUTHENTICATED without one */
export function bearerOf(ctx: Context): string {
  const header = ctx.get('authorization').trim();
  const token = /^bearer +([^\s]+)$/i.exec(header)?.[1];
  if (token) return token;
  throw new AppError('NOT_AUTHENTICATED', undefined, { cause: header === '' ? 'no header' : 'malformed header' });
}

function readPart(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** koa-jwt answers everything with one 401 and keeps what happened in `originalError`; jsonwebtoken names its errors. */
function refuse(error: unknown): never {
  const cause = (error as { originalError?: unknown }).originalError ?? error;
  if (cause instanceof AppError) throw cause;
  const { name } = cause as { name?: unknown };
  throw new AppError(name === 'TokenExpiredError' ? 'TOKEN_EXPIRED' : 'TOKEN_INVALID', undefined, { cause });
}
