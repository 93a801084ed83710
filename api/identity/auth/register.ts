import { randomUUID } from 'node:crypto';
import Joi from 'joi';
import { anonymous, systemActor } from '../../../domain/identity/actor.ts';
import { localPart } from '../../../domain/identity/email.ts';
import { shortName } from '../../../domain/identity/short-name.ts';
import { assertRegistrable, register } from '../../../services/identity/registration.ts';
import { everyone } from '../../actors.ts';
import type { App } from '../../app.ts';
import { endpoint, type RequestInfo } from '../../endpoint.ts';
import { emailField, nameField, passwordField } from '../../fields.ts';
import { checkFirstPassword } from './new-password.ts';

interface RegisterBody {
  readonly name?: string;
  readonly tenant_name?: string;
  readonly email: string;
  readonly password: string;
}

interface Registered {
  readonly id: string;
  readonly email: string;
  readonly tenant_id: string;
  readonly created_at: string;
}

const body = Joi.object<RegisterBody, true>({
  name: nameField(200).description('Of the organisation; `tenant_name` means the same'),
  tenant_name: nameField(200),
  email: emailField.required(),
  password: passwordField.required(),
}).or('name', 'tenant_name');

const registered = Joi.object<Registered, true>({
  id: Joi.string().guid(),
  email: Joi.string(),
  tenant_id: Joi.string().guid(),
  created_at: Joi.string().isoDate(),
});

const door = {
  method: 'post',
  description:
    'Creates an organisation and its owner, never an account in an organisation that is there. A mail with a link to prove the address is sent.',
  auth: everyone,
  may: 'public',
  limit: 'register',
  input: { body },
  errors: ['EMAIL_TAKEN', 'ORG_NAME_TAKEN', 'SIGN_IN_BUSY'],
} as const;

/** contracts/jobs.md section 1.1: this one answers 200. */
export const registerUser = endpoint({
  ...door,
  path: '/users/register',
  summary: 'Register an organisation with its owner',
  replies: { 200: registered },
  handle: async ({ app, input, request }) => ({ status: 200, body: await registerOwner(app, input.body, request) }),
});

export const registerOrganization = endpoint({
  ...door,
  path: '/api/v1/auth/register',
  summary: 'Register an organisation with its owner',
  replies: { 201: registered },
  handle: async ({ app, input, request }) => ({ status: 201, body: await registerOwner(app, input.body, request) }),
});

async function registerOwner(app: App, given: RegisterBody, request: RequestInfo): Promise<Registered> {
  const { email, password } = given;
  checkFirstPassword(app, password, email);
  const registration = {
    organizationName: given.name ?? given.tenant_name ?? '',
    email,
    name: shortName(localPart(email), 200),
  };
  await app.uow.read(anonymous, (uow) => assertRegistrable(uow, registration));
  const passwordHash = await app.passwords.hash(password);
  const owner = await app.uow.write(
    systemActor(randomUUID(), 'registration'),
    (uow) => register(uow, { ...registration, passwordHash }, app.settings),
    request,
  );
  return { id: owner.id, email, tenant_id: owner.orgId, created_at: owner.createdAt.toISOString() };
}
