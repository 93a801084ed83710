import Joi from 'joi';
import { AppError } from '../../core/errors.ts';
import { rowsOf } from '../../core/database.ts';
import { anonymous } from '../../domain/identity/actor.ts';
import { everyone } from '../actors.ts';
import { endpoint } from '../endpoint.ts';

const door = { method: 'get', auth: everyone, may: 'public', limit: 'none', input: {} } as const;
const ok = Joi.string().valid('ok');
const now = (): string => new Date().toISOString();

interface Answering {
  readonly status: 'ok';
}

const answers = { 200: Joi.object<Answering, true>({ status: ok }) };

/** Says that this process answers; what it depends on has answers of its own. */
export const health = endpoint({
  ...door,
  path: '/health',
  summary: 'Whether the API answers',
  replies: answers,
  errors: [],
  handle: async () => ({ status: 200, body: { status: 'ok' as const } }),
});

/** The same, under the name that the clients of the jobs system know. */
export const apiHealth = endpoint({ ...health, path: '/health/api' });

interface Live extends Answering {
  readonly timestamp: string;
}

/** The same, for who asks whether to restart this process. */
export const liveness = endpoint({
  ...door,
  path: '/api/v1/health/live',
  summary: 'Whether this process answers',
  replies: { 200: Joi.object<Live, true>({ status: ok, timestamp: Joi.string().isoDate() }) },
  errors: [],
  handle: async () => ({ status: 200, body: { status: 'ok' as const, timestamp: now() } }),
});

interface Ready extends Live {
  readonly ready: true;
}

export const readiness = endpoint({
  ...door,
  path: '/api/v1/health/ready',
  summary: 'Whether this process can serve: its database answers',
  description:
    '503 DATABASE_UNAVAILABLE otherwise. Temporal is not asked: while it is away commands are kept and delivered later.',
  replies: {
    200: Joi.object<Ready, true>({
      status: ok,
      ready: Joi.boolean().valid(true),
      timestamp: Joi.string().isoDate(),
    }),
  },
  errors: [],
  async handle({ app }) {
    await app.uow.read(anonymous, ({ db }) => rowsOf(db, 'select 1 as one'));
    return { status: 200, body: { status: 'ok' as const, ready: true as const, timestamp: now() } };
  },
});

interface WorkerHealth extends Answering {
  readonly temporal: 'connected';
  readonly workers: Readonly<Record<string, number>>;
}

/** One of the exceptions to "queries read Postgres": nothing in the database could tell. */
export const workerHealth = endpoint({
  ...door,
  path: '/health/worker',
  summary: 'Whether workers ask Temporal for work, on every task queue',
  limit: 'open',
  replies: {
    200: Joi.object<WorkerHealth, true>({
      status: ok,
      temporal: Joi.string().valid('connected'),
      workers: Joi.object().pattern(Joi.string(), Joi.number().integer()).description('How many, by task queue'),
    }),
  },
  errors: ['TEMPORAL_UNAVAILABLE', 'WORKERS_MISSING'],
  async handle({ app }) {
    const workers = await app.workers.count();
    const idle = Object.keys(workers).filter((queue) => workers[queue] === 0);
    if (idle.length > 0) throw new AppError('WORKERS_MISSING', `No worker asks for work on ${idle.join(', ')}`);
    return { status: 200, body: { status: 'ok' as const, temporal: 'connected' as const, workers } };
  },
});
