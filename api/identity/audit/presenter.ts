import Joi from 'joi';
import { changesOf, summaryOf, type AuditBody, type AuditChange } from '../../../domain/identity/audit-story.ts';
import { pageReply } from '../../pages.ts';
import type { TrailRow } from '../../../services/identity/audit-trail.ts';

export interface PresentedEntry {
  /** The row's number in the organisation's chain. */
  readonly id: number;
  readonly org_id: string;
  readonly actor_id: string | null;
  readonly actor: {
    readonly kind: string;
    readonly id: string | null;
    readonly email: string | null;
    /** Set when a machine acted with this account's key. */
    readonly api_key_id: string | null;
    /** Set when a superuser acted from another organisation. */
    readonly home_org_id: string | null;
  };
  readonly action: string;
  readonly resource_type: string;
  readonly resource_id: string;
  readonly old_value: object | null;
  readonly new_value: object | null;
  readonly changes: AuditChange[];
  readonly summary: string;
  readonly created_at: string;
}

const words = Joi.string().allow('');
const values = Joi.object().unknown(true).allow(null);

export const presentedTrail = pageReply(
  Joi.object<PresentedEntry, true>({
    id: Joi.number().integer(),
    org_id: Joi.string(),
    actor_id: words.allow(null),
    actor: Joi.object<PresentedEntry['actor'], true>({
      kind: Joi.string(),
      id: words.allow(null),
      email: words.allow(null),
      api_key_id: words.allow(null),
      home_org_id: words.allow(null),
    }),
    action: Joi.string(),
    resource_type: Joi.string(),
    resource_id: words,
    old_value: values,
    new_value: values,
    changes: Joi.array().items(Joi.object<AuditChange>({ field: words, old: Joi.any(), new: Joi.any() })),
    summary: Joi.string(),
    created_at: Joi.string().isoDate(),
  }),
);

export function presentEntry({ seq, orgId, body: text, at }: TrailRow): PresentedEntry {
  const body = JSON.parse(text) as AuditBody;
  const { action, resource, actor, before, after } = body;
  return {
    id: Number(seq),
    org_id: orgId,
    actor_id: actor.id ?? null,
    actor: {
      kind: actor.kind,
      id: actor.id ?? null,
      email: actor.email ?? null,
      api_key_id: actor.apiKeyId ?? null,
      home_org_id: actor.homeOrgId ?? null,
    },
    action,
    resource_type: resource.type,
    resource_id: resource.id,
    old_value: before ?? null,
    new_value: after ?? null,
    changes: changesOf(body),
    summary: summaryOf(body),
    created_at: at.toISOString(),
  };
}
