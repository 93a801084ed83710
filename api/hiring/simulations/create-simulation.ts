import Joi from 'joi';
import { createOnce } from '../../../core/idempotency.ts';
import { mayCreateSimulation } from '../../../domain/hiring/policies.ts';
import { defaultTemplateKey } from '../../../domain/hiring/template-catalogue.ts';
import { createSimulation, loadSimulation, type NewSimulation } from '../../../services/hiring/simulations.ts';
import { recruiter } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { createdSimulation, presentCreatedSimulation } from './presenter.ts';

const text = (longest: number): Joi.StringSchema => Joi.string().trim().min(1).max(longest);

const createBody = Joi.object<NewSimulation, true>({
  title: text(200).required(),
  role: text(200).required(),
  techStack: text(500).required(),
  seniority: text(100).required(),
  focus: Joi.string().trim().max(1000).allow('', null).empty(null).default(''),
  templateKey: text(255).default(defaultTemplateKey),
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
