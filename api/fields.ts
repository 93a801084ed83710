import Joi from 'joi';
import { normalEmail } from '../domain/identity/email.ts';
import { LONGEST_PASSWORD } from '../domain/identity/password-policy.ts';

/** An e-mail address, converted to the one form in which it is kept and compared. */
export const emailField = Joi.string()
  .trim()
  .max(320)
  .email({ tlds: false })
  .custom((value: string, helpers) => normalEmail(value) ?? helpers.error('string.email'));

/** A password as somebody types it; how good a new one must be is said where one is chosen. Never shown in an error. */
export const passwordField = Joi.string().min(1).max(LONGEST_PASSWORD);

/** A name of something or somebody, on one line; its length counts once it has the form in which it is kept. */
export const nameField = (longest: number) =>
  Joi.string()
    .trim()
    .min(1)
    .max(longest)
    .custom((value: string, helpers) => {
      const kept = value.normalize('NFC').replaceAll(/\s+/gu, ' ');
      return Array.from(kept).length <= longest ? kept : helpers.error('string.max', { limit: longest });
    });

/** The secret of a link in a mail, or a refresh token: text of a bounded length, looked up by its hash. */
export const secretField = Joi.string().trim().min(20).max(200);

export const uuidField = Joi.string().lowercase().guid();
