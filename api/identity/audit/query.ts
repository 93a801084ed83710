import Joi from 'joi';
import { idPart, pageFields, type PageQuery } from '../../pages.ts';

export interface TrailQuery extends PageQuery {
  readonly feature?: string | readonly string[];
  readonly action?: string | readonly string[];
  readonly resource_type?: string;
  readonly resource_id?: string;
  readonly actor_id?: string;
  readonly created_from?: string;
  readonly created_to?: string;
}

const word = Joi.string().max(100);
const several = Joi.alternatives<string | string[]>(word, Joi.array().items(word).max(50));
const id = Joi.string().max(1000);

/** Just what `toISOString` writes for years that Postgres knows; Joi has brought other ways of writing it there. */
const time = Joi.string()
  .isoDate()
  .custom((value: string, helpers) => (/^(?!0000)\d{4}-.*Z$/.test(value) ? value : helpers.error('string.isoDate')));

export const trailQuery = Joi.object<TrailQuery, true>({
  ...pageFields(idPart),
  feature: several.description('Repeatable: what stands before the dot of an action'),
  action: several.description('Repeatable'),
  resource_type: word,
  resource_id: id,
  actor_id: id,
  created_from: time.description('Inclusive'),
  created_to: time.description('Inclusive'),
})
  .oxor('page', 'cursor')
  .custom((query: TrailQuery, helpers) => {
    const { created_from: from, created_to: to } = query;
    return from !== undefined && to !== undefined && from > to ? helpers.error('any.invalid') : query;
  });
