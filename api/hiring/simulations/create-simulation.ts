import Joi from 'joi';
import { createOnce } from '../../../core/idempotency.ts';
import { mayCreateSimulation } from '../../../domain/hiring/policies.ts';
import { defaultTemplateKey } from '../../../domain/hiring/template-catalogue.ts';
import { createSimulation, loadSimulation, type NewSimulation } from '../../../services/hiring/simulations.ts';
import { recruiter } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { createdSimulation, presentCreatedSimulation } from './presenter.ts';
import { simulationFields } from './simulation-fields.ts';

const createBody = Joi.object<NewSimulation, true>({
  title: simulationFields.title.required(),
  role: simulationFields.role.required(),
  techStack: simulationFields.techStack.required(),
  seniority: simulationFields.seniority.required(),
  focus: simulationFields.focus.default(''),
  templateKey: simulationFields.templateKey.default(defaultTemplateKey),
});

export const createSimulationEndpoint = endpoint({
  method: 'post',
  path: '/api/simulations',
  summary: 'Create a simulation with its five days',
  auth: recruiter,
  may: mayCreateSimulation,
  input: { body: createBody },
  replies: { 201: createdSimulation },
  errors: ['INVALID_TEMPLATE_KEY'],
  idempotent: true,
  async handle({ app, actor, input, request }) {
    const made = await app.uow.write(
      actor,
      async (uow) => {
        const id = await createOnce(uow, request.idempotencyKey, {
          create: async () =>
            (await createSimulation(uow, input.body, app.settings.github.templateOwner)).simulation.id,
        });
        return loadSimulation(id);
      },
      request,
    );
    return { status: 201, body: presentCreatedSimulation(made) };
  },
});
