/** What a role can allow, with a sentence each. Roles in the database hold these names. */
export const permissionCatalogue = {
  'simulations.create': 'Create simulations',
  'simulations.read': 'Read the simulations that one created, their candidates and submissions',
  'simulations.read_all': 'Read every simulation of the organisation, its candidates and submissions',
  'candidates.invite': 'Invite candidates to the simulations that one created',
  'users.read': 'Read who belongs to the organisation, with their roles',
  'users.manage': 'Add people to the organisation, invite, change, deactivate and delete their accounts',
  'roles.read': 'Read the roles of the organisation and what they allow',
  'roles.manage': 'Create, change and delete roles, with no more than one is allowed oneself',
  'roles.assign': 'Give roles to people and take them away, none that allows more than one is allowed oneself',
  'api_keys.manage': 'Create keys for machines that act for one’s own account, list and revoke them',
  'api_keys.manage_all': 'List and revoke the keys of everybody in the organisation',
  'audit_logs.read': 'Read and export the audit trail of the organisation',
} as const;

/** A permission's name. */
export type Permission = keyof typeof permissionCatalogue;

export const allPermissions = Object.keys(permissionCatalogue) as readonly Permission[];

export interface SystemRole {
  readonly description: string;
  readonly permissions: readonly Permission[];
}

/**
 * The roles that every organisation has from its beginning. What they allow is said here alone, so that a new permission
 * reaches every organisation with the code that knows it.
 */
export const systemRoles = {
  owner: { description: 'Everything in the organisation', permissions: allPermissions },
  admin: { description: 'Runs the organisation: everything but its ownership', permissions: allPermissions },
  hr: {
    description: 'Adds people to the organisation and keeps their accounts',
    permissions: ['users.read', 'users.manage', 'roles.read', 'roles.assign'],
  },
  employee: { description: 'Has an account and its own profile', permissions: [] },
  recruiter: {
    description: 'Creates simulations and invites candidates to them',
    permissions: ['simulations.create', 'simulations.read', 'candidates.invite', 'api_keys.manage'],
  },
  reviewer: {
    description: 'Reads every simulation of the organisation and its submissions',
    permissions: ['simulations.read', 'simulations.read_all', 'api_keys.manage'],
  },
  viewer: {
    description: 'Reads what the organisation has, and changes nothing',
    permissions: ['simulations.read', 'simulations.read_all', 'users.read', 'roles.read'],
  },
} as const satisfies Readonly<Record<string, SystemRole>>;

/** What a role allows: a system role by its name, any other by what its row holds. */
export function permissionsOfRole(role: {
  readonly name: string;
  readonly isSystem: boolean;
  readonly permissions: readonly string[];
}): readonly Permission[] {
  if (!role.isSystem) return role.permissions.filter(isPermission);
  const known: Readonly<Record<string, SystemRole>> = systemRoles;
  return known[role.name]?.permissions ?? [];
}

export function isPermission(name: string): name is Permission {
  return Object.hasOwn(permissionCatalogue, name);
}
