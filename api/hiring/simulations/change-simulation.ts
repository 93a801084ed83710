import Joi from 'joi';
import { mayChangeSimulation } from '../../../domain/hiring/policies.ts';
import { changeSimulation } from '../../../services/hiring/simulation-changes.ts';
import { loadSimulation, type NewSimulation } from '../../../services/hiring/simulations.ts';
import { recruiter } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { idParam } from '../params.ts';
import { presentSimulation, shownSimulation } from './present-simulation.ts';
import { simulationFields } from './simulation-fields.ts';

const changeBody = Joi.object<Partial<NewSimulation>, true>({
  ...simulationFields,
  focus: Joi.string().trim().max(1000).allow(''),
}).min(1);

export const changeSimulationEndpoint = endpoint({
  method: 'patch',
  path: '/api/simulations/:id',
  summary: 'Change what a simulation says of itself',
  description: 'The template only as long as nobody is invited.',
  auth: recruiter,
  may: mayChangeSimulation,
  input: { params: idParam, body: changeBody },
  replies: { 200: shownSimulation },
  errors: ['SIMULATION_NOT_FOUND', 'SIMULATION_CLOSED', 'SIMULATION_IN_USE', 'INVALID_TEMPLATE_KEY'],
  async handle({ app, actor, input: { params, body }, request }) {
    const changed = await app.uow.write(
      actor,
      async (uow) => {
        await changeSimulation(uow, params.id, body, app.settings.github.templateOwner);
        return loadSimulation(params.id);
      },
      request,
    );
    return { status: 200, body: presentSimulation(changed) };
  },
});
