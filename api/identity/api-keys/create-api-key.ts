import Joi from 'joi';
import { AppError } from '../../../core/errors.ts';
import { createOnce } from '../../../core/idempotency.ts';
import { permit } from '../../../core/permit.ts';
import { apiKeyLifeDays } from '../../../domain/identity/api-key.ts';
import { mayCreateApiKey } from '../../../domain/identity/policies.ts';
import { createApiKey, findOwnApiKey } from '../../../services/identity/api-keys.ts';
import { account } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { nameField } from '../../fields.ts';
import { knownPermissions, permissionsField } from '../roles/presenter.ts';
import { keyFields, presentKey, type PresentedKey } from './presenter.ts';

interface KeyBody {
  readonly name: string;
  readonly permissions: string[];
  readonly expires_in_days: number;
}

interface CreatedKey extends PresentedKey {
  readonly key: string;
}

export const createApiKeyEndpoint = endpoint({
  method: 'post',
  path: '/api/v1/api-keys',
  summary: 'Make a key with which a machine acts for one’s own account',
  description:
    'Sent as a bearer token. It allows what is named here and the account is still allowed itself. `key` is shown this once: a repeat with the same Idempotency-Key is 409 ALREADY_SHOWN.',
  auth: account,
  may: mayCreateApiKey,
  input: {
    body: Joi.object<KeyBody, true>({
      name: nameField(100).required(),
      permissions: permissionsField.min(1).required(),
      expires_in_days: Joi.number().integer().min(1).max(apiKeyLifeDays.longest).default(apiKeyLifeDays.usual),
    }),
  },
  replies: { 201: Joi.object<CreatedKey, true>({ ...keyFields, key: Joi.string() }) },
  errors: ['PERMISSION_UNKNOWN', 'PERMISSION_NOT_YOURS', 'ALREADY_SHOWN', 'API_KEY_NOT_FOUND'],
  idempotent: true,
  async handle({ app, actor, input, request }) {
    permit(mayCreateApiKey(actor));
    const { name, permissions: names, expires_in_days: days } = input.body;
    const permissions = knownPermissions(names);
    let secret: string | undefined;
    const key = await app.uow.write(
      actor,
      async (uow) => {
        secret = undefined; // of a try that was taken back
        const id = await createOnce(uow, request.idempotencyKey, {
          create: async () => {
            const made = await createApiKey(uow, { name, permissions, days });
            secret = made.secret;
            return made.key.id;
          },
        });
        return findOwnApiKey(uow, id);
      },
      request,
    );
    if (secret === undefined) throw new AppError('ALREADY_SHOWN', undefined, { extra: { id: key.id } });
    return { status: 201, body: { ...presentKey({ ...key.get(), email: actor.email }), key: secret } };
  },
});
