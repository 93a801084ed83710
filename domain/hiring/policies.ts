import type { Actor, UserActor } from '../identity/actor.ts';
import type { Permission } from '../identity/permissions.ts';
import type { Verdict } from '../verdict.ts';

/** Who made a simulation; all that its policies need to know of it. */
export interface SimulationFacts {
  readonly createdBy: string;
}

/** A person may create simulations with that permission. */
export function mayCreateSimulation(actor: Actor): Verdict {
  return has(actor, 'simulations.create') ? 'allowed' : 'denied';
}

/** Listing is open to whoever may read any; which ones are shown is `seesAllSimulations`. */
export function mayListSimulations(actor: Actor): Verdict {
  return has(actor, 'simulations.read') || has(actor, 'simulations.read_all') ? 'allowed' : 'denied';
}

/** Whether a person sees the whole organisation's simulations or only their own. */
export function seesAllSimulations(actor: Actor): boolean {
  return has(actor, 'simulations.read_all');
}

/** One's own simulation, or any of the organisation with `simulations.read_all`. */
export function mayReadSimulation(actor: Actor, simulation: SimulationFacts): Verdict {
  if (seesAllSimulations(actor)) return 'allowed';
  return owns(actor, simulation) && has(actor, 'simulations.read') ? 'allowed' : 'hidden';
}

/** Only who made a simulation changes or closes it. */
export function mayChangeSimulation(actor: Actor, simulation: SimulationFacts): Verdict {
  if (owns(actor, simulation)) return has(actor, 'simulations.create') ? 'allowed' : 'denied';
  return 'hidden';
}

/** Only who made a simulation invites to it; to everybody else it is not there, as contracts/hiring.md section 1 says. */
export function mayInvite(actor: Actor, simulation: SimulationFacts): Verdict {
  if (owns(actor, simulation)) return has(actor, 'candidates.invite') ? 'allowed' : 'denied';
  return 'hidden';
}

/** What a candidate's session says about whose it is. */
export interface SessionOwnership {
  readonly candidateIssuer: string | null;
  readonly candidateSub: string | null;
}

/** Once claimed, the identity that claimed it decides; the e-mail is not compared again. */
export function mayWorkOnSession(actor: Actor, session: SessionOwnership): Verdict {
  if (actor.kind !== 'candidate') return 'hidden';
  const { issuer, subject } = actor.identity;
  return session.candidateSub === subject && session.candidateIssuer === issuer ? 'allowed' : 'hidden';
}

/** A candidate sees what they have claimed, and what waits for a claim at their address unless it is said to be unverified. */
export function mayReadOwnInvite(actor: Actor, session: SessionOwnership & { readonly inviteEmail: string }): Verdict {
  if (actor.kind !== 'candidate') return 'hidden';
  if (session.candidateSub !== null) return mayWorkOnSession(actor, session);
  const { email, emailVerified } = actor.identity;
  return session.inviteEmail === email && emailVerified !== false ? 'allowed' : 'hidden';
}

function owns(actor: Actor, { createdBy }: SimulationFacts): actor is UserActor {
  return actor.kind === 'user' && actor.userId === createdBy;
}

function has(actor: Actor, permission: Permission): boolean {
  return actor.kind === 'user' && actor.permissions.includes(permission);
}
