import Joi from 'joi';
import { AppError } from '../../../core/errors.ts';
import type { TaskType } from '../../../domain/hiring/blueprint.ts';
import { mayWorkOnSession } from '../../../domain/hiring/policies.ts';
import type { Progress, SessionStatus } from '../../../domain/hiring/session.ts';
import { currentTask } from '../../../domain/hiring/turn-in.ts';
import type { CandidateSession } from '../../../models/candidate-session.ts';
import type { SimulationTask } from '../../../models/simulation-task.ts';
import {
  findBySessionId,
  loadProgress,
  openOwnSession,
  readClaimedSession,
} from '../../../services/hiring/session-access.ts';
import { candidate } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { idParam, sessionHeader } from '../params.ts';

interface CurrentTaskReply {
  readonly candidateSessionId: number;
  readonly status: SessionStatus;
  readonly expiresAt: string;
  readonly currentDayIndex: number | null;
  readonly currentTask: CurrentTask | null;
  readonly completedTaskIds: number[];
  readonly progress: Progress;
  readonly isComplete: boolean;
}

interface CurrentTask {
  readonly id: number;
  readonly dayIndex: number;
  readonly title: string;
  readonly type: TaskType;
  readonly description: string;
}

const currentTaskReply = Joi.object<CurrentTaskReply, true>({
  candidateSessionId: Joi.number().integer(),
  status: Joi.string().valid('in_progress', 'completed'),
  expiresAt: Joi.string().isoDate(),
  currentDayIndex: Joi.number().integer().allow(null),
  currentTask: Joi.object<CurrentTask, true>({
    id: Joi.number().integer(),
    dayIndex: Joi.number().integer(),
    title: Joi.string(),
    type: Joi.string(),
    description: Joi.string(),
  }).allow(null),
  completedTaskIds: Joi.array().items(Joi.number().integer()),
  progress: Joi.object<Progress, true>({ completed: Joi.number().integer(), total: Joi.number().integer() }),
  isComplete: Joi.boolean(),
});

export const readCurrentTask = endpoint({
  method: 'get',
  path: '/api/candidate/session/:id/current_task',
  summary: 'The task that is due now, and the progress',
  auth: candidate,
  may: mayWorkOnSession,
  limit: 'poll',
  input: { params: idParam, headers: sessionHeader },
  replies: { 200: currentTaskReply },
  errors: ['CANDIDATE_SESSION_NOT_FOUND', 'INVITE_TOKEN_EXPIRED', 'INVITE_REVOKED', 'EMAIL_NOT_VERIFIED'],
  async handle({ app, actor, input, request }) {
    const named = input.headers['x-candidate-session-id'];
    if (named !== undefined && named !== input.params.id) throw new AppError('CANDIDATE_SESSION_NOT_FOUND');
    const found = await findBySessionId(app.uow, actor.identity, input.params.id);
    // Clients poll this: only the visit that claims needs the row's lock.
    const body =
      (await app.uow.read(found.actor, async (uow) => {
        const session = await readClaimedSession(uow, found.id);
        return session && load(session);
      })) ?? (await app.uow.write(found.actor, async (uow) => load(await openOwnSession(uow, found.id)), request));
    return { status: 200, body };
  },
});

async function load(session: CandidateSession): Promise<CurrentTaskReply> {
  const { tasks, submitted } = await loadProgress(session);
  return present(session, tasks, submitted);
}

function present(
  session: CandidateSession,
  tasks: readonly SimulationTask[],
  submitted: ReadonlySet<string>,
): CurrentTaskReply {
  const task = currentTask(tasks, submitted);
  return {
    candidateSessionId: Number(session.id),
    status: session.status,
    expiresAt: session.expiresAt.toISOString(),
    currentDayIndex: task?.dayIndex ?? null,
    currentTask: task
      ? {
          id: Number(task.id),
          dayIndex: task.dayIndex,
          title: task.title,
          type: task.type,
          description: task.description,
        }
      : null,
    completedTaskIds: [...submitted].map(Number).sort((a, b) => a - b),
    progress: { completed: submitted.size, total: tasks.length },
    isComplete: task === undefined,
  };
}
