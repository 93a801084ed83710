import assert from 'node:assert/strict';
import { cleanupVerdict, type CleanupFacts, type CleanupVerdict } from '../../../domain/workspaces/cleanup.ts';

const now = new Date('2026-11-25T12:00:00Z');
const daysAgo = (days: number): Date => new Date(now.getTime() - days * 86_400_000);
/** Archived, of a session that ended 40 days ago. */
const facts: CleanupFacts = {
  repoId: '7',
  repositoryState: 'archived',
  settled: true,
  runs: false,
  endedAt: daysAgo(40),
  errorCode: null,
  now,
};

describe('what the clean-up decides', () => {
  const cases: [string, Partial<CleanupFacts>, CleanupVerdict][] = [
    ['old', {}, 'delete'],
    ['at its very day', { endedAt: daysAgo(30) }, 'delete'],
    ['a moment younger', { endedAt: new Date(daysAgo(30).getTime() + 1) }, 'too_young'],
    ['old and never archived', { repositoryState: 'open' }, 'delete'],
    ['young and never archived', { repositoryState: 'open', endedAt: daysAgo(1) }, 'archive'],
    ['young, and its archive was given up', { repositoryState: 'archiving', endedAt: daysAgo(1) }, 'archive'],
    ['of an open session', { endedAt: null }, 'session_open'],
    ['at work', { settled: false }, 'under_way'],
    ['with a run', { runs: true }, 'run_under_way'],
    ['deleted already', { repositoryState: 'deleted' }, 'gone'],
    ['never made', { repoId: null }, 'never_made'],
    ['found to be another’s', { errorCode: 'REPOSITORY_NOT_OURS' }, 'not_ours'],
    ['refused for another reason', { errorCode: 'GITHUB_PERMISSION_DENIED' }, 'delete'],
  ];
  for (const [what, changes, verdict] of cases) {
    it(`of one that is ${what}: ${verdict}`, () => {
      assert.equal(cleanupVerdict({ ...facts, ...changes }, { retentionDays: 30, again: false }), verdict);
    });
  }

  it('deletes nothing without a retention time, and looks again at another’s when it is told to', () => {
    assert.equal(
      cleanupVerdict({ ...facts, endedAt: daysAgo(4_000) }, { retentionDays: null, again: true }),
      'too_young',
    );
    const foreign = { ...facts, errorCode: 'REPOSITORY_NOT_OURS' };
    assert.equal(cleanupVerdict(foreign, { retentionDays: 30, again: true }), 'delete');
  });
});
