import Joi from 'joi';
import type { TaskType } from '../../../domain/hiring/blueprint.ts';
import type { SimulationListItem, SimulationWithTasks } from '../../../services/hiring/simulations.ts';

export interface CreatedSimulation {
  readonly id: number;
  readonly title: string;
  readonly role: string;
  readonly techStack: string;
  readonly seniority: string;
  readonly focus: string;
  readonly templateKey: string;
  readonly tasks: CreatedTask[];
}

interface CreatedTask {
  readonly id: number;
  /** The one snake_case name of the described system's API; `dayIndex` says the same. */
  readonly day_index: number;
  readonly dayIndex: number;
  readonly type: TaskType;
  readonly title: string;
}

export const createdSimulation = Joi.object<CreatedSimulation, true>({
  id: Joi.number().integer(),
  title: Joi.string(),
  role: Joi.string(),
  techStack: Joi.string(),
  seniority: Joi.string(),
  focus: Joi.string().allow(''),
  templateKey: Joi.string(),
  tasks: Joi.array().items(
    Joi.object<CreatedTask, true>({
      id: Joi.number().integer(),
      day_index: Joi.number().integer(),
      dayIndex: Joi.number().integer(),
      type: Joi.string(),
      title: Joi.string(),
    }),
  ),
});

export function presentCreatedSimulation({ simulation, tasks }: SimulationWithTasks): CreatedSimulation {
  const { id, title, role, techStack, seniority, focus, templateKey } = simulation;
  return {
    id: Number(id),
    title,
    role,
    techStack,
    seniority,
    focus,
    templateKey,
    tasks: tasks.map((task) => ({
      id: Number(task.id),
      day_index: task.dayIndex,
      dayIndex: task.dayIndex,
      type: task.type,
      title: task.title,
    })),
  };
}

export interface ListedSimulation {
  readonly id: number;
  readonly title: string;
  readonly role: string;
  readonly techStack: string;
  readonly templateKey: string;
  readonly createdAt: string;
  readonly closedAt: string | null;
  readonly numCandidates: number;
}

export const listedSimulations = Joi.array<ListedSimulation[]>().items(
  Joi.object<ListedSimulation, true>({
    id: Joi.number().integer(),
    title: Joi.string(),
    role: Joi.string(),
    techStack: Joi.string(),
    templateKey: Joi.string(),
    createdAt: Joi.string().isoDate(),
    closedAt: Joi.string().isoDate().allow(null),
    numCandidates: Joi.number().integer(),
  }),
);

export function presentListedSimulation(row: SimulationListItem): ListedSimulation {
  const { title, role, techStack, templateKey, numCandidates } = row;
  return {
    id: Number(row.id),
    title,
    role,
    techStack,
    templateKey,
    createdAt: row.createdAt.toISOString(),
    closedAt: row.closedAt?.toISOString() ?? null,
    numCandidates,
  };
}
