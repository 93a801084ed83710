import Joi from 'joi';
import { mayListSimulations } from '../../../domain/hiring/policies.ts';
import {
  listSimulations,
  type SimulationListItem,
  type SimulationStatus,
} from '../../../services/hiring/simulations.ts';
import { recruiter } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { cursorOf, cursorSchema, idPart, nextLink, pageOf, readCursor, timePart } from '../../pages.ts';
import { listedSimulations, presentListedSimulation } from './presenter.ts';

interface ListQuery {
  readonly mine: boolean;
  readonly search?: string;
  readonly status?: SimulationStatus;
  readonly limit?: number;
  readonly cursor?: string;
}

const listQuery = Joi.object<ListQuery, true>({
  mine: Joi.boolean().default(false),
  search: Joi.string().trim().max(100).empty('').description('Part of a title or a role'),
  status: Joi.string().valid('open', 'closed'),
  limit: Joi.number().integer().min(1).max(200),
  cursor: cursorSchema(timePart, idPart),
});

/** Without `limit` the contract's bare array holds everything, up to this many. */
const MOST = 1000;

export const listSimulationsEndpoint = endpoint({
  method: 'get',
  path: '/api/simulations',
  summary: 'List simulations, newest first',
  description:
    'One’s own; holders of simulations.read_all see the organisation’s, `?mine=true` narrows. With `limit` a `Link: rel="next"` leads on.',
  auth: recruiter,
  may: mayListSimulations,
  input: { query: listQuery },
  replies: { 200: listedSimulations },
  errors: [],
  async handle({ app, actor, input }) {
    const { limit, cursor, ...filter } = input.query;
    const [createdAt, id] = cursor === undefined ? [] : readCursor(cursor);
    const rows = await app.uow.read(actor, (uow) =>
      listSimulations(uow, {
        ...filter,
        limit: (limit ?? MOST) + 1,
        ...(createdAt !== undefined && id !== undefined && { after: { createdAt: new Date(createdAt), id } }),
      }),
    );
    const { shown, last } = pageOf(rows, limit ?? MOST);
    return {
      status: 200,
      body: shown.map(presentListedSimulation),
      ...(limit !== undefined &&
        last && { headers: nextLink('/api/simulations', { ...filter, limit, cursor: place(last) }) }),
    };
  },
});

function place({ createdAt, id }: SimulationListItem): string {
  return cursorOf([createdAt.toISOString(), id]);
}
