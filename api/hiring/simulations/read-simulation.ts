import { permit } from '../../../core/permit.ts';
import { mayReadSimulation } from '../../../domain/hiring/policies.ts';
import { loadSimulation } from '../../../services/hiring/simulations.ts';
import { recruiter } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { idParam } from '../params.ts';
import { presentSimulation, shownSimulation } from './present-simulation.ts';

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
    return { status: 200, body: presentSimulation(found) };
  },
});
