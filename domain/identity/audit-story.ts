/** The part of an audit entry's body that people read; see `AuditEntry` in `core/audit.ts`. */
export interface AuditBody {
  readonly action: string;
  readonly resource: { readonly type: string; readonly id: string };
  readonly actor: {
    readonly kind: string;
    readonly id?: string;
    readonly email?: string;
    /** The key that a machine acted with for the account. */
    readonly apiKeyId?: string;
    /** Where the account is, of a superuser who acted from elsewhere. */
    readonly homeOrgId?: string;
  };
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
}

export interface AuditChange {
  readonly field: string;
  /** JSON; null when there was nothing. */
  readonly old: unknown;
  readonly new: unknown;
}

/** The fields that differ, in the order of their names; one that is missing counts as null. */
export function changesOf({ before = {}, after = {} }: Pick<AuditBody, 'before' | 'after'>): AuditChange[] {
  const [old, next] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Set([...old.keys(), ...next.keys()])]
    .toSorted()
    .map((field) => ({ field, old: old.get(field) ?? null, new: next.get(field) ?? null }))
    .filter((change) => !isSame(change.old, change.new));
}

/** `Candidate session 7 expired, by workflow:session-clock; changed: status.` */
export function summaryOf(body: AuditBody): string {
  const { action, resource, actor, before } = body;
  const [noun = '', verb = ''] = action.split('.').map((part) => part.replaceAll('_', ' '));
  const how = actor.apiKeyId ? ' with an API key' : actor.homeOrgId ? ' as a superuser of another organisation' : '';
  const who = `${actor.email ?? actor.id ?? 'nobody who is known'}${how}`;
  const changed = before ? changesOf(body).map(({ field }) => field) : [];
  const what = `${noun.charAt(0).toUpperCase()}${noun.slice(1)} ${resource.id} ${verb}, by ${who}`;
  return changed.length > 0 ? `${what}; changed: ${changed.join(', ')}.` : `${what}.`;
}

/** Of two JSON values; the order of keys means nothing. */
function isSame(one: unknown, other: unknown): boolean {
  if (!isCompound(one) || !isCompound(other)) return one === other;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isSame(one[key], other[key]))
  );
}

function isCompound(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
