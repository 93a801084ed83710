import Joi from 'joi';
import { mayManageApiKeys } from '../../../domain/identity/policies.ts';
import { listApiKeys } from '../../../services/identity/api-key-list.ts';
import { account } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import {
  cursorOf,
  pageAsked,
  pageFields,
  pageOf,
  readCursor,
  timePart,
  uuidPart,
  type PageQuery,
} from '../../pages.ts';
import { presentedKey, presentKey, type PresentedKey } from './presenter.ts';

interface KeysReply {
  readonly items: PresentedKey[];
  /** Of all pages. */
  readonly total: number;
  readonly next_cursor: string | null;
}

export const listApiKeysEndpoint = endpoint({
  method: 'get',
  path: '/api/v1/api-keys',
  summary: 'One’s own API keys, or everybody’s with `api_keys.manage_all`; newest first',
  auth: account,
  may: mayManageApiKeys,
  input: { query: Joi.object<PageQuery, true>(pageFields(timePart, uuidPart)).oxor('page', 'cursor') },
  replies: {
    200: Joi.object<KeysReply, true>({
      items: Joi.array().items(presentedKey),
      total: Joi.number().integer(),
      next_cursor: Joi.string().allow(null),
    }),
  },
  errors: [],
  async handle({ app, actor, input }) {
    const { cursor, page_size: size } = input.query;
    const [createdAt = '', id = ''] = cursor === undefined ? [] : readCursor(cursor);
    const page = { ...pageAsked(input.query), ...(cursor !== undefined && { after: [createdAt, id] as const }) };
    const { keys, total } = await app.uow.read(actor, (uow) => listApiKeys(uow, page));
    const { shown, last } = pageOf(keys, size);
    const next = last ? cursorOf([last.createdAt.toISOString(), last.id]) : null;
    return { status: 200, body: { items: shown.map(presentKey), total, next_cursor: next } };
  },
});
