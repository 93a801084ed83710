import Joi from 'joi';
import { AppError } from '../../../core/errors.ts';
import type { UnitOfWork } from '../../../core/unit-of-work.ts';
import type { AccountLinkKind } from '../../../domain/identity/account-link.ts';
import { anonymous, systemActor, type SystemActor } from '../../../domain/identity/actor.ts';
import { lookUpSecret, type SecretPlace } from '../../../services/identity/account-lookups.ts';
import { openLink } from '../../../services/identity/account-links.ts';
import { readCredentials, setPasswordByLink } from '../../../services/identity/credentials.ts';
import { everyone } from '../../actors.ts';
import type { App } from '../../app.ts';
import type { RequestInfo } from '../../endpoint.ts';
import { passwordField, secretField } from '../../fields.ts';
import { checkStrictPassword } from './new-password.ts';

/** What the endpoints have in common that people reach over the link of a mail. */
export const linkDoor = { method: 'post', auth: everyone, may: 'public', limit: 'sign_in' } as const;
export const passwordLinkErrors = [
  'LINK_INVALID',
  'LINK_EXPIRED',
  'ACCOUNT_INACTIVE',
  'PASSWORD_TOO_WEAK',
  'SIGN_IN_BUSY',
] as const;

export interface LinkPasswordBody {
  readonly token: string;
  readonly password: string;
}

const token = secretField.required().description('What stands behind the `=` in the link of the mail');
export const linkPasswordBody = Joi.object<LinkPasswordBody, true>({ token, password: passwordField.required() });

/** Looks before it hashes: a link that nobody has must not cost a hash. */
export async function setPasswordOverLink<T>(
  app: App,
  kind: AccountLinkKind,
  { token: secret, password }: LinkPasswordBody,
  request: RequestInfo,
  then: (uow: UnitOfWork<SystemActor>, userId: string) => Promise<T>,
): Promise<T> {
  const place = await placeOfLink(app, secret);
  const actor = linkActor(place);
  const owner = await app.uow.read(actor, async () => readCredentials((await openLink(place.id, kind)).userId));
  if (!owner?.isActive) throw new AppError('ACCOUNT_INACTIVE');
  checkStrictPassword(app, password, owner.email);
  const passwordHash = await app.passwords.hash(password);
  const done = await app.uow.write(
    actor,
    async (uow) => then(uow, await setPasswordByLink(uow, { id: place.id, kind }, passwordHash)),
    request,
  );
  await app.lockout.forget(owner.email); // who reads the mail has proven more than a password would
  return done;
}

/** Whose link this is. @throws {AppError} LINK_INVALID */
export async function placeOfLink({ uow }: App, secret: string): Promise<SecretPlace> {
  const place = await uow.read(anonymous, (unit) => lookUpSecret(unit, 'account_link', secret));
  if (!place) throw new AppError('LINK_INVALID');
  return place;
}

/** Who opens it: the link says which account, not who holds it. */
export function linkActor({ orgId }: SecretPlace): SystemActor {
  return systemActor(orgId, 'account-link');
}
