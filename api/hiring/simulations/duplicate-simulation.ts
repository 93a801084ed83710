import Joi from 'joi';
import { createOnce } from '../../../core/idempotency.ts';
import { mayCreateSimulation } from '../../../domain/hiring/policies.ts';
import { duplicateSimulation } from '../../../services/hiring/simulation-changes.ts';
import { loadSimulation } from '../../../services/hiring/simulations.ts';
import { recruiter } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { idParam } from '../params.ts';
import { createdSimulation, presentCreatedSimulation } from './presenter.ts';
import { simulationFields } from './simulation-fields.ts';

export const duplicateSimulationEndpoint = endpoint({
  method: 'post',
  path: '/api/simulations/:id/duplicate',
  summary: 'A new simulation of one’s own that says the same as another',
  description: 'Any that one may read, a closed one too; without its candidates.',
  auth: recruiter,
  may: mayCreateSimulation,
  input: { params: idParam, body: Joi.object<{ title?: string }, true>({ title: simulationFields.title }) },
  replies: { 201: createdSimulation },
  errors: ['SIMULATION_NOT_FOUND', 'INVALID_TEMPLATE_KEY'],
  idempotent: true,
  async handle({ app, actor, input: { params, body }, request }) {
    const { templateOwner } = app.settings.github;
    const made = await app.uow.write(
      actor,
      async (uow) => {
        const id = await createOnce(uow, request.idempotencyKey, {
          create: async () => {
            const source = await loadSimulation(params.id);
            return (await duplicateSimulation(uow, source, { ...body, templateOwner })).simulation.id;
          },
        });
        return loadSimulation(id);
      },
      request,
    );
    return { status: 201, body: presentCreatedSimulation(made) };
  },
});
