import type { FindOptions } from 'sequelize';
import { AppError } from '../../core/errors.ts';
import { containing, rowsOf } from '../../core/database.ts';
import { permit } from '../../core/permit.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import { fiveDays, hasWorkspace } from '../../domain/hiring/blueprint.ts';
import { mayCreateSimulation, mayListSimulations, seesAllSimulations } from '../../domain/hiring/policies.ts';
import { templateCatalogue, templateRepository } from '../../domain/hiring/template-catalogue.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import { SimulationTask } from '../../models/simulation-task.ts';
import { Simulation } from '../../models/simulation.ts';

export interface NewSimulation {
  readonly title: string;
  readonly role: string;
  readonly techStack: string;
  readonly seniority: string;
  readonly focus: string;
  readonly templateKey: string;
}

export interface SimulationWithTasks {
  readonly simulation: Simulation;
  /** In the order of their days. */
  readonly tasks: readonly SimulationTask[];
}

/** Creates a simulation with its five days. `templateOwner` owns the template repositories. */
export async function createSimulation(
  uow: UnitOfWork<UserActor>,
  given: NewSimulation,
  templateOwner: string,
): Promise<SimulationWithTasks> {
  permit(mayCreateSimulation(uow.actor));
  const repository = repositoryOf(templateOwner, given.templateKey);
  const { orgId, userId } = uow.actor;
  const simulation = await Simulation.create({ orgId, createdBy: userId, ...given });
  const tasks = await SimulationTask.bulkCreate(
    fiveDays.map((day) => ({
      ...day,
      orgId,
      simulationId: simulation.id,
      templateRepo: hasWorkspace(day.type) ? repository : null,
    })),
    { returning: true },
  );
  uow.audit({
    action: 'simulation.created',
    resource: { type: 'simulation', id: simulation.id },
    after: { ...given },
  });
  return { simulation, tasks };
}

/** @throws {AppError} INVALID_TEMPLATE_KEY, with those that there are */
export function repositoryOf(templateOwner: string, templateKey: string): string {
  const repository = templateRepository(templateOwner, templateKey);
  if (repository !== undefined) return repository;
  const allowed = Object.keys(templateCatalogue).sort();
  const msg = `Invalid templateKey. Allowed values: ${allowed.join(', ')}`;
  throw new AppError('INVALID_TEMPLATE_KEY', msg, {
    extra: { details: { allowed }, issues: [{ loc: ['body', 'templateKey'], msg, type: 'any.only' }] },
  });
}

/** A simulation of the tenant; the caller's policy decides whether it is shown. @throws {AppError} SIMULATION_NOT_FOUND */
export async function findSimulation(id: string, options: Pick<FindOptions, 'lock'> = {}): Promise<Simulation> {
  const simulation = await Simulation.findByPk(id, options);
  if (!simulation) throw new AppError('SIMULATION_NOT_FOUND');
  return simulation;
}

/** The same with its tasks. @throws {AppError} SIMULATION_NOT_FOUND */
export async function loadSimulation(id: string): Promise<SimulationWithTasks> {
  return { simulation: await findSimulation(id), tasks: await tasksOf(id) };
}

/** In the order of their days. */
export function tasksOf(simulationId: string): Promise<SimulationTask[]> {
  return SimulationTask.findAll({ where: { simulationId }, order: [['dayIndex', 'ASC']] });
}

export interface SimulationListItem {
  readonly id: string;
  readonly title: string;
  readonly role: string;
  readonly techStack: string;
  readonly templateKey: string;
  readonly createdAt: Date;
  readonly closedAt: Date | null;
  readonly numCandidates: number;
}

/** `closed`: nobody is invited any more. */
export type SimulationStatus = 'open' | 'closed';

export interface ListOptions {
  /** Only the caller's own, also for those who may see all. */
  readonly mine: boolean;
  /** Part of a title or role, in any case. */
  readonly search?: string;
  readonly status?: SimulationStatus;
  readonly limit: number;
  /** Continue after this simulation. */
  readonly after?: { readonly createdAt: Date; readonly id: string };
}

/** Simulations that the caller may see, newest first, with the number of their candidates. */
export async function listSimulations(
  { actor, db }: UnitOfWork<UserActor>,
  { mine, search, status, limit, after }: ListOptions,
): Promise<SimulationListItem[]> {
  permit(mayListSimulations(actor));
  const creator = seesAllSimulations(actor) && !mine ? null : actor.userId;
  return rowsOf<SimulationListItem>(
    db,
    `select s.id, s.title, s.role, s.tech_stack as "techStack", s.template_key as "templateKey", s.created_at as "createdAt",
            s.closed_at as "closedAt",
            (select count(*)::int from candidate_sessions c where c.org_id = s.org_id and c.simulation_id = s.id) as "numCandidates"
     from simulations s
     where s.org_id = $1 and ($2::uuid is null or s.created_by = $2)
       and ($3::timestamptz is null or (s.created_at, s.id) < ($3, $4::bigint))
       and ($6::text is null or s.title ilike $6 or s.role ilike $6)
       and ($7::text is null or $7 = case when s.closed_at is null then 'open' else 'closed' end)
     order by s.created_at desc, s.id desc
     limit $5`,
    [
      actor.orgId,
      creator,
      after?.createdAt ?? null,
      after?.id ?? null,
      limit,
      search === undefined ? null : containing(search),
      status ?? null,
    ],
  );
}
