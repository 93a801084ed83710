import { mayChangeSimulation } from '../../../domain/hiring/policies.ts';
import { closeSimulation } from '../../../services/hiring/simulation-changes.ts';
import { loadSimulation } from '../../../services/hiring/simulations.ts';
import { recruiter } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { idParam } from '../params.ts';
import { presentSimulation, shownSimulation } from './present-simulation.ts';

export const closeSimulationEndpoint = endpoint({
  method: 'post',
  path: '/api/simulations/:id/close',
  summary: 'Invite nobody to a simulation any more',
  description: 'Whoever is invited goes on; revoke those who shall not.',
  auth: recruiter,
  may: mayChangeSimulation,
  input: { params: idParam },
  replies: { 200: shownSimulation },
  errors: ['SIMULATION_NOT_FOUND'],
  async handle({ app, actor, input: { params }, request }) {
    const closed = await app.uow.write(
      actor,
      async (uow) => {
        await closeSimulation(uow, params.id);
        return loadSimulation(params.id);
      },
      request,
    );
    return { status: 200, body: presentSimulation(closed) };
  },
});
