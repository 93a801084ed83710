import type { UserActor } from '../../../domain/identity/actor.ts';

export interface Me {
  /** The account's number: clients of the hiring API know integers. */
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly role: string;
}

/** The described system knows one role of people with an account, `recruiter`; its clients compare with that word. */
export function presentMe({ userNumber, name, email, permissions }: UserActor, roles: readonly string[]): Me {
  const role = permissions.includes('simulations.create') ? 'recruiter' : (roles[0] ?? 'none');
  return { id: userNumber, name, email, role };
}
