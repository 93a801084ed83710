/** What a role can allow, with a sentence each. Roles in the database hold these names. */
export const permissionCatalogue = {
  'simulations.create': 'Create simulations',
  'simulations.read': 'Read the simulations that one created, their candidates and submissions',
  'simulations.read_all': 'Read every simulation of the organisation, its candidates and submissions',
  'candidates.invite': 'Invite candidates to the simulations that one created',
  'audit_logs.read': 'Read and export the audit trail of the organisation',
} as const;

/** A permission's name. */
export type Permission = keyof typeof permissionCatalogue;

/** The roles that every organisation has from its beginning. */
export const systemRoles: Readonly<Record<string, { description: string; permissions: readonly Permission[] }>> = {
  owner: {
    description: 'Everything in the organisation',
    permissions: [
      'simulations.create',
      'simulations.read',
      'simulations.read_all',
      'candidates.invite',
      'audit_logs.read',
    ],
  },
  admin: {
    description: 'Runs the organisation: everything but its ownership',
    permissions: [
      'simulations.create',
      'simulations.read',
      'simulations.read_all',
      'candidates.invite',
      'audit_logs.read',
    ],
  },
  recruiter: {
    description: 'Creates simulations and invites candidates to them',
    permissions: ['simulations.create', 'simulations.read', 'candidates.invite'],
  },
  reviewer: {
    description: 'Reads every simulation of the organisation and its submissions',
    permissions: ['simulations.read', 'simulations.read_all'],
  },
};
