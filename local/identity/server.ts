import type { IncomingMessage, RequestListener } from 'node:http';
import type { MutableRedirectUri, MutableToken, TokenRequestIncomingMessage } from 'oauth2-mock-server';
import { OAuth2Service } from 'oauth2-mock-server';
import type { WebServer } from '../web.ts';
import { isLoopback, serveLocally } from '../web.ts';
import { apiAudience, claimsOf } from './claims.ts';
import { issuerWithKey } from './key.ts';
import { sendLoginPage } from './login-page.ts';
import { isRole, people, type Person, personOf } from './people.ts';

const CODES_KEPT = 1_000; // codes that nobody redeemed

export interface IdentityOptions {
  readonly port: number;
  /** Exactly what goes into `iss`, wherever the provider listens; the API compares it as text. */
  readonly issuer: string;
  readonly keyFile: string;
}

/** The OpenID provider of the local stack: discovery, keys, login page, authorization code with PKCE. */
export async function startIdentity({ port, issuer, keyFile }: IdentityOptions): Promise<WebServer> {
  const service = new OAuth2Service(await issuerWithKey(keyFile, issuer));
  const signedIn = new Map<string, Person>();

  service.on('beforeAuthorizeRedirect', ({ url }: MutableRedirectUri, req: IncomingMessage) => {
    const person = personIn(queryOf(req));
    const code = url.searchParams.get('code');
    if (person && code !== null) signedIn.set(code, person);
    const oldest = signedIn.keys().next();
    if (signedIn.size > CODES_KEPT && oldest.done !== true) signedIn.delete(oldest.value);
  });
  service.on('beforeTokenSigning', ({ payload }: MutableToken, req: TokenRequestIncomingMessage) => {
    payload['iss'] = issuer;
    const person = signedIn.get(req.body.code ?? '');
    if (!person) return; // no other grant names a person: its token has no e-mail and is refused by the API
    const isAccessToken = payload['scope'] !== undefined; // the library signs that one first, then the id token
    Object.assign(payload, claimsOf(person), isAccessToken && { aud: apiAudience });
    if (!isAccessToken) signedIn.delete(req.body.code ?? '');
  });
  const server = await serveLocally(port, handlerOf(service));
  service.issuer.url = server.url; // the addresses in the discovery document
  return server;
}

function handlerOf(service: OAuth2Service): RequestListener {
  const library = service.requestHandler;
  return (req, res) => {
    const path = new URL(req.url ?? '/', 'http://local').pathname;
    if (path === '/health') {
      res.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');
    } else if (path !== '/authorize') {
      library(req, res);
    } else if (!isLoopback(queryOf(req).get('redirect_uri') ?? '')) {
      res.writeHead(400, { 'content-type': 'text/plain' }).end('redirect_uri must be an address of this machine.\n');
    } else if (personIn(queryOf(req))) {
      library(req, res);
    } else {
      sendLoginPage(res, queryOf(req));
    }
  };
}

function queryOf(req: IncomingMessage): URLSearchParams {
  return new URL(req.url ?? '/', 'http://local').searchParams;
}

/** Whom the request names: `login_hint`, with a role unless it is a known person. */
function personIn(query: URLSearchParams): Person | undefined {
  const email = query.get('login_hint')?.trim().toLowerCase() ?? '';
  const role = query.get('role') ?? people.find((person) => person.email === email)?.role;
  return email.includes('@') && isRole(role) ? personOf(email, role) : undefined;
}
