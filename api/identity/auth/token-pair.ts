import Joi from 'joi';
import type { Account } from '../../../services/identity/accounts.ts';
import type { App } from '../../app.ts';

export interface TokenPair {
  /** Good for `JWT_EXPIRE_MINUTES`, or until the account's sessions end. */
  readonly access_token: string;
  /** Good for one refresh. */
  readonly refresh_token: string;
  readonly token_type: 'bearer';
  readonly expires_in: number;
  readonly must_change_password: boolean;
}

export const tokenPair = Joi.object<TokenPair, true>({
  access_token: Joi.string(),
  refresh_token: Joi.string(),
  token_type: Joi.string().valid('bearer'),
  expires_in: Joi.number().integer().description('Seconds that the access token is good for'),
  must_change_password: Joi.boolean().description(
    'Until it is done only one’s own account can be read, the password changed and the sessions ended',
  ),
});

export function presentTokens(
  { accessTokens, settings }: App,
  { actor, tokenVersion, mustChangePassword }: Account,
  refreshToken: string,
): TokenPair {
  return {
    access_token: accessTokens.sign(actor, tokenVersion),
    refresh_token: refreshToken,
    token_type: 'bearer',
    expires_in: settings.ownTokens.accessSeconds,
    must_change_password: mustChangePassword,
  };
}
