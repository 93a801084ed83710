import Joi from 'joi';
import { anonymous, systemActor } from '../../../domain/identity/actor.ts';
import { lookUpByPassword } from '../../../services/identity/account-lookups.ts';
import type { mailPasswordReset } from '../../../services/identity/account-mails.ts';
import { everyone } from '../../actors.ts';
import type { App } from '../../app.ts';
import type { RequestInfo } from '../../endpoint.ts';
import { emailField } from '../../fields.ts';

/** Accounts of one e-mail that get a mail each. */
const MOST_ACCOUNTS = 8;
/** Of those that nobody has used yet, which anybody can make of an address. */
const MOST_UNPROVEN = 2;

interface AddressBody {
  readonly email: string;
}

interface Accepted {
  readonly status: 'accepted';
}

/** What the endpoints have in common that answer the same whether an address has an account or not. */
export const mailDoor = {
  method: 'post',
  auth: everyone,
  may: 'public',
  limit: 'mail',
  limitBy: ({ body: { email } }: { readonly body: AddressBody }) => email,
  input: { body: Joi.object<AddressBody, true>({ email: emailField.required() }) },
  replies: { 202: Joi.object<Accepted, true>({ status: Joi.string().valid('accepted') }) },
  errors: [],
} as const;

export const accepted = { status: 202, body: { status: 'accepted' } } as const;

/** Does it for each account of the address, in a unit of work each. */
export async function forEachAccount(
  { uow, settings }: App,
  email: string,
  request: RequestInfo,
  mail: typeof mailPasswordReset,
): Promise<void> {
  const places = await uow.read(anonymous, (unit) => lookUpByPassword(unit, email));
  const strangers = places.filter(({ isProven }) => !isProven).slice(0, MOST_UNPROVEN);
  const known = places.filter(({ isProven }) => isProven).slice(0, MOST_ACCOUNTS);
  for (const { id, orgId } of [...known, ...strangers]) {
    await uow.write(systemActor(orgId, 'account-mail'), (unit) => mail(unit, id, settings), request);
  }
}
