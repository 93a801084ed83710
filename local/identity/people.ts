/** What a person of the local stack may do: decides the permissions in the token. */
export type Role = 'recruiter' | 'candidate';

export interface Person {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
}

/** Those who get a button on the login page; the recruiters are the seeded accounts. */
export const people: readonly Person[] = [
  { email: 'recruiter1@local.test', name: 'Local Recruiter 1', role: 'recruiter' },
  { email: 'recruiter2@local.test', name: 'Local Recruiter 2', role: 'recruiter' },
  { email: 'recruiter@quickco.test', name: 'Quick Recruiter', role: 'recruiter' },
  { email: 'candidate1@local.test', name: 'Local Candidate 1', role: 'candidate' },
  { email: 'candidate2@local.test', name: 'Local Candidate 2', role: 'candidate' },
];

/** True for the two roles. */
export function isRole(value: unknown): value is Role {
  return value === 'recruiter' || value === 'candidate';
}

/** The known person with this e-mail, or somebody new with the given role. */
export function personOf(email: string, role: Role): Person {
  const known = people.find((person) => person.email === email);
  return { email, name: known?.name ?? email.split('@')[0] ?? email, role };
}
