import assert from 'node:assert/strict';
import {
  mayCreateSimulation,
  mayInvite,
  mayListSimulations,
  mayReadSimulation,
  mayWorkOnSession,
} from '../../../domain/hiring/policies.ts';
import { candidateActor, type UserActor } from '../../../domain/identity/actor.ts';
import { permissionsOfRole } from '../../../domain/identity/permissions.ts';

function person(userId: string, role: string): UserActor {
  const permissions = permissionsOfRole({ name: role, isSystem: true, permissions: [] });
  const known = { orgId: 'org', orgSlug: 'org', userId, userNumber: 1, email: 'a@b.test', name: 'A' };
  return { kind: 'user', ...known, roles: [role], permissions, isSuperuser: false };
}

const theirs = { createdBy: 'anna' };

describe('who may do what with simulations', () => {
  it('lets recruiters create, and reviewers not', () => {
    assert.equal(mayCreateSimulation(person('anna', 'recruiter')), 'allowed');
    assert.equal(mayCreateSimulation(person('rita', 'reviewer')), 'denied');
  });

  it('hides a recruiter’s simulation from another recruiter', () => {
    assert.equal(mayReadSimulation(person('anna', 'recruiter'), theirs), 'allowed');
    assert.equal(mayReadSimulation(person('bert', 'recruiter'), theirs), 'hidden');
  });

  it('shows the organisation’s simulations to reviewers, who may not invite', () => {
    assert.equal(mayReadSimulation(person('rita', 'reviewer'), theirs), 'allowed');
    assert.equal(mayInvite(person('rita', 'reviewer'), theirs), 'hidden');
    assert.equal(mayInvite(person('anna', 'recruiter'), theirs), 'allowed');
  });

  it('lists nothing for somebody without a role', () => {
    assert.equal(mayListSimulations(person('nora', 'none')), 'denied');
  });
});

describe('who may work on a session', () => {
  const identity = { issuer: 'i', subject: 's', email: 'c@d.test', emailVerified: true, name: 'C' };
  const session = { candidateIssuer: 'i', candidateSub: 's' };

  it('is the identity that claimed it, of that issuer', () => {
    assert.equal(mayWorkOnSession(candidateActor('org', identity), session), 'allowed');
    assert.equal(mayWorkOnSession(candidateActor('org', { ...identity, issuer: 'j' }), session), 'hidden');
    assert.equal(mayWorkOnSession(candidateActor('org', { ...identity, subject: 't' }), session), 'hidden');
  });

  it('is nobody before the claim, and no recruiter ever', () => {
    assert.equal(
      mayWorkOnSession(candidateActor('org', identity), { candidateIssuer: null, candidateSub: null }),
      'hidden',
    );
    assert.equal(mayWorkOnSession(person('anna', 'owner'), session), 'hidden');
  });
});
