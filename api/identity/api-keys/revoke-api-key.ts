import Joi from 'joi';
import { mayRevokeApiKey } from '../../../domain/identity/policies.ts';
import { revokeApiKey } from '../../../services/identity/api-keys.ts';
import { account } from '../../actors.ts';
import { empty, endpoint } from '../../endpoint.ts';
import { uuidField } from '../../fields.ts';

export const revokeApiKeyEndpoint = endpoint({
  method: 'delete',
  path: '/api/v1/api-keys/:keyId',
  summary: 'Revoke an API key; it is refused from the next request on',
  auth: account,
  may: mayRevokeApiKey,
  input: { params: Joi.object<{ keyId: string }, true>({ keyId: uuidField.required() }) },
  replies: { 204: empty },
  errors: ['API_KEY_NOT_FOUND'],
  async handle({ app, actor, input, request }) {
    await app.uow.write(actor, (uow) => revokeApiKey(uow, input.params.keyId), request);
    return { status: 204, body: undefined };
  },
});
