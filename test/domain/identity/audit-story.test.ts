import assert from 'node:assert/strict';
import { changesOf, summaryOf, type AuditBody } from '../../../domain/identity/audit-story.ts';

describe('what an audit entry tells', () => {
  const body: AuditBody = {
    action: 'candidate_session.expired',
    resource: { type: 'candidate_session', id: '7' },
    actor: { kind: 'system', id: 'workflow:session-clock' },
  };

  it('names the fields that differ, and only those', () => {
    const before = { status: 'open', kept: { a: 1, b: [1, 2] }, gone: 0, list: [1], nothing: null };
    const after = { status: 'expired', kept: { b: [1, 2], a: 1 }, list: { 0: 1 }, added: false };
    assert.deepEqual(changesOf({ before, after }), [
      { field: 'added', old: null, new: false },
      { field: 'gone', old: 0, new: null },
      { field: 'list', old: [1], new: { 0: 1 } },
      { field: 'status', old: 'open', new: 'expired' },
    ]);
  });

  it('takes one side alone, neither, and names that objects inherit', () => {
    assert.deepEqual(changesOf({ after: { title: 'New' } }), [{ field: 'title', old: null, new: 'New' }]);
    assert.deepEqual(changesOf({ before: { title: 'Old' } }), [{ field: 'title', old: 'Old', new: null }]);
    assert.deepEqual(changesOf({}), []);
    assert.deepEqual(changesOf({ before: {}, after: { constructor: 'x' } }), [
      { field: 'constructor', old: null, new: 'x' },
    ]);
  });

  it('is a sentence: what, by whom, and what changed', () => {
    assert.equal(summaryOf(body), 'Candidate session 7 expired, by workflow:session-clock.');
    assert.equal(
      summaryOf({ ...body, before: { status: 'a', n: 1 }, after: { status: 'b', n: 1 } }),
      'Candidate session 7 expired, by workflow:session-clock; changed: status.',
    );
    const user = { kind: 'user', id: 'u', email: 'ada@example.com' };
    assert.equal(summaryOf({ ...body, actor: user }), 'Candidate session 7 expired, by ada@example.com.');
    assert.equal(
      summaryOf({ ...body, actor: { ...user, apiKeyId: 'k' } }),
      'Candidate session 7 expired, by ada@example.com with an API key.',
    );
    assert.equal(
      summaryOf({ ...body, actor: { ...user, homeOrgId: 'o' } }),
      'Candidate session 7 expired, by ada@example.com as a superuser of another organisation.',
    );
    assert.equal(
      summaryOf({ ...body, actor: { kind: 'anonymous' } }),
      'Candidate session 7 expired, by nobody who is known.',
    );
  });
});
