import jwt from 'jsonwebtoken';
import type { AppRecord } from '../state.ts';
import type { World } from '../world.ts';
import { GithubError, notFound } from './errors.ts';

const longestLifeS = 600;

function refuse(message: string): never {
  throw new GithubError(401, message);
}

/** The app that signed a token of its own. GitHub's rules: RS256, not issued later than now, ending within ten minutes. */
export function appOfJwt(world: World, token: string): AppRecord {
  const claims = jwt.decode(token, { json: true });
  if (!claims) refuse('A JSON web token could not be decoded');
  const app = world.store.state.apps.find(({ id }) => String(id) === String(claims.iss));
  if (!app) throw notFound('Integration not found');
  try {
    jwt.verify(token, app.publicKey, { algorithms: ['RS256'], ignoreExpiration: true, ignoreNotBefore: true });
  } catch {
    refuse('A JSON web token could not be decoded');
  }
  const nowS = world.now() / 1000;
  const { iat, exp } = claims;
  if (typeof iat !== 'number' || !Number.isInteger(iat) || iat > nowS)
    refuse("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued");
  if (typeof exp !== 'number' || exp <= nowS)
    refuse(
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  if (exp > nowS + longestLifeS) refuse("'Expiration time' claim ('exp') is too far in the future");
  return app;
}
