import { AppError } from '../../core/errors.ts';
import { permit } from '../../core/permit.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import { mayChangeSimulation, mayReadSimulation } from '../../domain/hiring/policies.ts';
import { hasWorkspace } from '../../domain/hiring/blueprint.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import { CandidateSession } from '../../models/candidate-session.ts';
import { SimulationTask } from '../../models/simulation-task.ts';
import type { Simulation } from '../../models/simulation.ts';
import {
  createSimulation,
  findSimulation,
  repositoryOf,
  type NewSimulation,
  type SimulationWithTasks,
} from './simulations.ts';

type Work = UnitOfWork<UserActor>;

/**
 * Changes what a simulation says of itself. The template only as long as nobody is invited: repositories are made from it.
 * @throws {AppError} SIMULATION_NOT_FOUND (another's), SIMULATION_CLOSED, SIMULATION_IN_USE, INVALID_TEMPLATE_KEY
 */
export async function changeSimulation(
  uow: Work,
  id: string,
  changes: Partial<NewSimulation>,
  templateOwner: string,
): Promise<void> {
  const simulation = await lockOwn(uow, id);
  if (simulation.closedAt !== null) throw new AppError('SIMULATION_CLOSED');
  const { title, role, techStack, seniority, focus, templateKey } = simulation;
  const before = { title, role, techStack, seniority, focus, templateKey };
  simulation.set(changes);
  if (simulation.changed() === false) return;
  if (simulation.changed('templateKey')) {
    const templateRepo = repositoryOf(templateOwner, simulation.templateKey);
    if ((await CandidateSession.count({ where: { simulationId: id } })) > 0) throw new AppError('SIMULATION_IN_USE');
    const tasks = await SimulationTask.findAll({ where: { simulationId: id } });
    for (const task of tasks) if (hasWorkspace(task.type)) await task.update({ templateRepo });
  }
  await simulation.save();
  uow.audit({ action: 'simulation.changed', resource: { type: 'simulation', id }, before, after: { ...changes } });
}

/**
 * Nobody is invited any more; whoever is goes on. A repeat changes nothing.
 * @throws {AppError} SIMULATION_NOT_FOUND (another's)
 */
export async function closeSimulation(uow: Work, id: string): Promise<Simulation> {
  const simulation = await lockOwn(uow, id);
  if (simulation.closedAt !== null) return simulation;
  await simulation.update({ closedAt: new Date() });
  uow.audit({
    action: 'simulation.closed',
    resource: { type: 'simulation', id },
    after: { closedAt: simulation.closedAt },
  });
  return simulation;
}

/**
 * A new, open simulation of one's own that says the same as one that one may read.
 * @throws {AppError} SIMULATION_NOT_FOUND, INVALID_TEMPLATE_KEY (there is no such template any more)
 */
export async function duplicateSimulation(
  uow: Work,
  { simulation }: SimulationWithTasks,
  { title, templateOwner }: { readonly title?: string; readonly templateOwner: string },
): Promise<SimulationWithTasks> {
  permit(mayReadSimulation(uow.actor, simulation), { hidden: 'SIMULATION_NOT_FOUND' });
  const { role, techStack, seniority, focus, templateKey } = simulation;
  const given = { title: title ?? copyOf(simulation.title), role, techStack, seniority, focus, templateKey };
  return createSimulation(uow, given, templateOwner);
}

const LONGEST_TITLE = 200;

function copyOf(title: string): string {
  return `Copy of ${title}`.slice(0, LONGEST_TITLE);
}

async function lockOwn({ actor }: Work, id: string): Promise<Simulation> {
  const simulation = await findSimulation(id, { lock: true });
  permit(mayChangeSimulation(actor, simulation), { hidden: 'SIMULATION_NOT_FOUND' });
  return simulation;
}
