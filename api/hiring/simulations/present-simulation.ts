import Joi from 'joi';
import type { TaskType } from '../../../domain/hiring/blueprint.ts';
import type { SimulationWithTasks } from '../../../services/hiring/simulations.ts';

export interface ShownSimulation {
  readonly id: number;
  readonly title: string;
  readonly templateKey: string;
  readonly role: string;
  readonly techStack: string;
  readonly seniority: string;
  readonly focus: string;
  readonly scenario: string;
  readonly createdAt: string;
  /** Nobody is invited any more. */
  readonly closedAt: string | null;
  readonly tasks: ShownTask[];
}

interface ShownTask {
  readonly id: number;
  readonly dayIndex: number;
  readonly title: string;
  readonly type: TaskType;
  readonly description: string;
  /** Nobody writes rubrics yet; clients expect the key. */
  readonly rubric: string | null;
  readonly maxScore?: number;
  readonly templateRepoFullName?: string;
}

export const shownSimulation = Joi.object<ShownSimulation, true>({
  id: Joi.number().integer(),
  title: Joi.string(),
  templateKey: Joi.string(),
  role: Joi.string(),
  techStack: Joi.string(),
  seniority: Joi.string(),
  focus: Joi.string().allow(''),
  scenario: Joi.string(),
  createdAt: Joi.string().isoDate(),
  closedAt: Joi.string().isoDate().allow(null),
  tasks: Joi.array().items(
    Joi.object<ShownTask, true>({
      id: Joi.number().integer(),
      dayIndex: Joi.number().integer(),
      title: Joi.string(),
      type: Joi.string(),
      description: Joi.string(),
      rubric: Joi.string().allow(null),
      maxScore: Joi.number().integer().optional(),
      templateRepoFullName: Joi.string().optional().description('Only on days that are worked on in a repository'),
    }),
  ),
});

export function presentSimulation({ simulation, tasks }: SimulationWithTasks): ShownSimulation {
  const { id, title, templateKey, role, techStack, seniority, focus, scenarioTemplate, createdAt, closedAt } =
    simulation;
  return {
    id: Number(id),
    title,
    templateKey,
    role,
    techStack,
    seniority,
    focus,
    scenario: scenarioTemplate,
    createdAt: createdAt.toISOString(),
    closedAt: closedAt?.toISOString() ?? null,
    tasks: tasks.map((task) => ({
      id: Number(task.id),
      dayIndex: task.dayIndex,
      title: task.title,
      type: task.type,
      description: task.description,
      rubric: null,
      ...(task.maxScore !== null && { maxScore: task.maxScore }),
      ...(task.templateRepo !== null && { templateRepoFullName: task.templateRepo }),
    })),
  };
}
