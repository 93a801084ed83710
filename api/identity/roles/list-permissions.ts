import Joi from 'joi';
import { permit } from '../../../core/permit.ts';
import { permissionCatalogue } from '../../../domain/identity/permissions.ts';
import { mayReadPermissions } from '../../../domain/identity/policies.ts';
import { account } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';

interface PresentedPermission {
  readonly name: string;
  readonly description: string;
}

const items = Object.entries(permissionCatalogue).map(([name, description]) => ({ name, description }));

export const listPermissions = endpoint({
  method: 'get',
  path: '/api/v1/permissions',
  summary: 'Everything that a role or an API key can allow, with a sentence each',
  auth: account,
  may: mayReadPermissions,
  input: {},
  replies: {
    200: Joi.object<{ items: PresentedPermission[]; total: number }, true>({
      items: Joi.array().items(
        Joi.object<PresentedPermission, true>({ name: Joi.string(), description: Joi.string() }),
      ),
      total: Joi.number().integer(),
    }),
  },
  errors: [],
  async handle({ actor }) {
    permit(mayReadPermissions(actor));
    return { status: 200, body: { items, total: items.length } };
  },
});
