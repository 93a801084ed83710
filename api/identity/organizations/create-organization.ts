import { randomUUID } from 'node:crypto';
import Joi from 'joi';
import { permit } from '../../../core/permit.ts';
import { systemActor } from '../../../domain/identity/actor.ts';
import { mayCreateOrganization } from '../../../domain/identity/policies.ts';
import { orgIdOf } from '../../../domain/identity/slug.ts';
import { foundOrganization } from '../../../services/identity/found-organization.ts';
import { account } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { emailField, nameField } from '../../fields.ts';

interface OrganizationBody {
  readonly name: string;
  readonly org_id?: string;
  readonly slug?: string;
  readonly owner_email?: string;
  readonly owner_name?: string;
}

interface PresentedOrganization {
  readonly id: string;
  readonly org_id: string;
  readonly name: string;
  readonly slug: string;
  readonly created_at: string;
}

const slugField = Joi.string()
  .trim()
  .custom((value: string, helpers) => orgIdOf(value) ?? helpers.error('string.pattern.base'))
  .description('2 to 64 lower-case letters, digits, `-` and `_`; derived from the name if not given');

export const createOrganizationEndpoint = endpoint({
  method: 'post',
  path: '/api/v1/orgs',
  summary: 'Create an organisation, as a superuser',
  description: 'Its owner gets an account there and a mail to accept it; the caller is the owner if nobody is named.',
  auth: account,
  may: mayCreateOrganization,
  input: {
    body: Joi.object<OrganizationBody, true>({
      name: nameField(200).required(),
      org_id: slugField,
      slug: slugField,
      owner_email: emailField,
      owner_name: nameField(200),
    }).oxor('org_id', 'slug'),
  },
  replies: {
    201: Joi.object<PresentedOrganization, true>({
      id: Joi.string().guid(),
      org_id: Joi.string(),
      name: Joi.string(),
      slug: Joi.string(),
      created_at: Joi.string().isoDate(),
    }),
  },
  errors: ['ORG_NAME_TAKEN', 'ORG_SLUG_TAKEN'],
  async handle({ app, actor, input, request }) {
    permit(mayCreateOrganization(actor));
    const { name, org_id: orgId, slug = orgId, owner_email: ownerEmail, owner_name: ownerName } = input.body;
    const owner =
      ownerEmail === undefined
        ? { email: actor.email, name: actor.name }
        : { email: ownerEmail, name: ownerName ?? ownerEmail.slice(0, ownerEmail.indexOf('@')) };
    const id = randomUUID();
    const created = await app.uow.write(
      systemActor(id, `superuser:${actor.userId}`),
      (uow) => foundOrganization(uow, { id, name, ...(slug !== undefined && { slug }), owner }, app.settings),
      request,
    );
    const body = { id, org_id: created.slug, name, slug: created.slug, created_at: created.createdAt.toISOString() };
    return { status: 201, body };
  },
});
