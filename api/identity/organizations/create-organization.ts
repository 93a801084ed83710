import { randomUUID } from 'node:crypto';
import Joi from 'joi';
import { permit } from '../../../core/permit.ts';
import { crossTo } from '../../../domain/identity/crossing.ts';
import { localPart } from '../../../domain/identity/email.ts';
import { mayCreateOrganization } from '../../../domain/identity/policies.ts';
import { isUuid, orgIdOf } from '../../../domain/identity/slug.ts';
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
  .custom((value: string, helpers) => {
    const slug = orgIdOf(value);
    return slug === undefined || isUuid(slug) ? helpers.error('any.invalid') : slug;
  })
  .description(
    '2 to 64 lower-case letters, digits, `-` and `_`; derived from the name if not given. Both names mean the same',
  );

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
    }).custom((body: OrganizationBody, helpers) =>
      body.org_id !== undefined && body.slug !== undefined && body.org_id !== body.slug
        ? helpers.error('any.invalid')
        : body,
    ),
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
        : { email: ownerEmail, name: ownerName ?? localPart(ownerEmail) };
    const id = randomUUID();
    const created = await app.uow.write(
      crossTo(actor, { id, slug: slug ?? '' }), // so that the new trail begins with who it was and where from
      (uow) => foundOrganization(uow, { id, name, ...(slug !== undefined && { slug }), owner }, app.settings),
      request,
    );
    const body = { id, org_id: created.slug, name, slug: created.slug, created_at: created.createdAt.toISOString() };
    return { status: 201, body };
  },
});
