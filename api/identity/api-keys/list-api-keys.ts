import Joi from 'joi';
import { mayManageApiKeys } from '../../../domain/identity/policies.ts';
import { listApiKeys } from '../../../services/identity/api-key-list.ts';
import { account } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { newestFirst, newestFirstFields, pageReply, presentNewestFirst, type PageQuery } from '../../pages.ts';
import { presentedKey, presentKey } from './presenter.ts';

export const listApiKeysEndpoint = endpoint({
  method: 'get',
  path: '/api/v1/api-keys',
  summary: 'One’s own API keys, or everybody’s with `api_keys.manage_all`; newest first',
  auth: account,
  may: mayManageApiKeys,
  input: { query: Joi.object<PageQuery, true>(newestFirstFields).oxor('page', 'cursor') },
  replies: { 200: pageReply(presentedKey) },
  errors: [],
  async handle({ app, actor, input: { query } }) {
    const found = await app.uow.read(actor, (uow) => listApiKeys(uow, newestFirst(query)));
    return { status: 200, body: presentNewestFirst(found, query, presentKey) };
  },
});
