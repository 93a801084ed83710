import Joi from 'joi';
import { permit } from '../../../core/permit.ts';
import type { TaskType } from '../../../domain/hiring/blueprint.ts';
import { mayReadSimulation } from '../../../domain/hiring/policies.ts';
import { loadSimulation, type SimulationWithTasks } from '../../../services/hiring/simulations.ts';
import { recruiter } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { idParam } from '../params.ts';

interface ShownSimulation {
  readonly id: number;
  readonly title: string;
  readonly templateKey: string;
  readonly role: string;
  readonly techStack: string;
  readonly seniority: string;
  readonly focus: string;
  readonly scenario: string;
  readonly createdAt: string;
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

const shownSimulation = Joi.object<ShownSimulation, true>({
  id: Joi.number().integer(),
  title: Joi.string(),
  templateKey: Joi.string(),
  role: Joi.string(),
  techStack: Joi.string(),
  seniority: Joi.string(),
  focus: Joi.string().allow(''),
  scenario: Joi.string(),
  createdAt: Joi.string().isoDate(),
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

export const readSimulationEndpoint = endpoint({
  method: 'get',
  path: '/api/simulations/:id',
  summary: 'A simulation with its five tasks',
  auth: recruiter,
  may: mayReadSimulation,
  input: { params: idParam },
  replies: { 200: shownSimulation },
  errors: ['SIMULATION_NOT_FOUND'],
  async handle({ app, actor, input }) {
    const found = await app.uow.read(actor, async () => {
      const loaded = await loadSimulation(input.params.id);
      permit(mayReadSimulation(actor, loaded.simulation), { hidden: 'SIMULATION_NOT_FOUND' });
      return loaded;
    });
    return { status: 200, body: present(found) };
  },
});

function present({ simulation, tasks }: SimulationWithTasks): ShownSimulation {
  const { id, title, templateKey, role, techStack, seniority, focus, scenarioTemplate, createdAt } = simulation;
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
