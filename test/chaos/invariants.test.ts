import assert from 'node:assert/strict';
import type { Facts } from './facts.ts';
import { violationsIn } from './invariants.ts';

const orgId = 'org';
/** One candidate’s story as it should be: a session that is open, a run that has ended, a mail that was sent. */
const whole: Facts = {
  rows: [
    { kind: 'candidate-session', id: '1', orgId, generation: 2, workflowId: 'candidate-session/1/2', unfinished: true },
    { kind: 'test-run', id: 'r', orgId, generation: 1, workflowId: 'test-run/r', unfinished: false },
    { kind: 'email', id: 'e', orgId, generation: 1, workflowId: 'email/e', unfinished: false },
  ],
  workflows: [
    { workflowId: 'candidate-session/1/1', kind: 'candidate-session', orgId, status: 'COMPLETED' },
    { workflowId: 'candidate-session/1/2', kind: 'candidate-session', orgId, status: 'RUNNING' },
    { workflowId: 'test-run/r', kind: 'test-run', orgId, status: 'COMPLETED' },
    { workflowId: 'email/e', kind: 'email', orgId, status: 'COMPLETED' },
    { workflowId: 'workspace-cleanup/daily', kind: 'workspace-cleanup', orgId: 'installation', status: 'RUNNING' },
  ],
  outbox: [{ id: '9', workflowId: 'email/e', delivered: true }],
  made: [{ kind: 'simulation', id: '5', name: 'A' }],
  runs: [{ id: 'r', githubRunId: '77', ended: true, effect: 'done' }],
  farRuns: [{ id: '77', marker: 'r' }],
  workspaces: [{ id: 'w', repo: 'o/w', repoId: '66', state: 'open' }],
  farRepositories: [{ id: '66', repo: 'o/w', description: 'Tenon workspace w', archived: false }],
  emails: [{ id: 'e', status: 'sent', to: 'a@b.test' }],
  mails: [{ emailId: 'e', to: ['a@b.test'] }],
  asked: [{ what: 'the invitation', asked: 2, mails: 2 }],
  live: [{ what: 'refresh token', count: 1 }],
  changes: [{ orgId, actions: ['simulation.created'], id: '5' }],
  audit: [{ orgId, fault: undefined, entries: [{ action: 'simulation.created', id: '5' }] }],
  leaks: [],
};
const accepted = [{ kind: 'simulation', id: '5' }] as const;
const lostAnswer = { id: 'r', githubRunId: null, ended: true, effect: 'unknown' } as const;

/** A round of a schedule: a workflow without a row. */
const round = { workflowId: 'github-reconciliation-2026', kind: 'github-reconciliation', orgId: 'installation' };

/** What is broken, how, and what must be said. */
const broken: readonly (readonly [string, Partial<Facts>, RegExp])[] = [
  ['an accepted request without its effect', { made: [] }, /simulation 5 was accepted and is not there/],
  [
    'an effect twice',
    { made: [...whole.made, { kind: 'simulation', id: '6', name: 'A' }] },
    /“A” was made more than once/,
  ],
  ['a row whose start was lost', { workflows: whole.workflows.slice(0, 3) }, /row of email\/e never had its workflow/],
  [
    'an ended workflow with an open row',
    changed('rows', 1, { unfinished: true }),
    /test-run\/r is COMPLETED and its row is unfinished/,
  ],
  [
    'an open workflow with a finished row',
    changed('rows', 0, { unfinished: false }),
    /candidate-session\/1\/2 is open and its row is finished/,
  ],
  [
    'an open workflow of an older life',
    changed('workflows', 0, { status: 'RUNNING' }),
    /candidate-session\/1\/1 is open/,
  ],
  [
    'a workflow of a life that is not yet',
    changed('workflows', 1, { workflowId: 'candidate-session/1/3' }),
    /1\/3 has no row/,
  ],
  [
    'a workflow of another organisation',
    changed('workflows', 2, { orgId: 'other' }),
    /test-run\/r runs for another organisation/,
  ],
  [
    'a workflow that somebody terminated',
    changed('workflows', 2, { status: 'TERMINATED' }),
    /test-run\/r is TERMINATED/,
  ],
  [
    'a workflow that ran twice',
    { workflows: [...whole.workflows, ...whole.workflows.slice(3)] },
    /email\/e ran more than once/,
  ],
  ['a message that nobody delivers', changed('outbox', 0, { delivered: false }), /outbox 9 .* was not delivered/],
  [
    'a second dispatch',
    { farRuns: [...whole.farRuns, { id: '78', marker: 'r' }] },
    /test run r was dispatched more than once/,
  ],
  [
    'a dispatch that was forgotten',
    changed('runs', 0, { githubRunId: null, effect: null }),
    /GitHub runs 77 for test run r, which does not know it/,
  ],
  ['a run that GitHub does not have', { farRuns: [] }, /names run 77, which GitHub does not have/],
  [
    'a repository that is archived under an open session',
    { farRepositories: whole.farRepositories.map((one) => ({ ...one, archived: true })) },
    /o\/w is archived at GitHub, and its workspace is open/,
  ],
  ['a repository that nobody asked for', { workspaces: [] }, /o\/w, which no workspace asked for/],
  ['a mail twice', { mails: [...whole.mails, ...whole.mails] }, /mail e was sent more than once/],
  ['a mail that never came', { mails: [] }, /said to be sent and never came/],
  ['a mail to somebody else', changed('mails', 0, { to: ['x@y.test'] }), /went to another address/],
  [
    'an invitation that was mailed once too often',
    { asked: [{ what: 'the invitation', asked: 1, mails: 2 }] },
    /the invitation was asked for 1 times, and 2 mails/,
  ],
  [
    'a refresh token with two live children',
    { live: [{ what: 'refresh token', count: 2 }] },
    /not one refresh token, but 2/,
  ],
  [
    'a life that ended without an entry',
    { changes: [...whole.changes, { orgId, actions: ['candidate_session.expired'], id: '1', times: 2 }] },
    /candidate_session.expired of 1 stands 0 times in the audit trail, not 2/,
  ],
  ['a change that nobody told of', changed('audit', 0, { entries: [] }), /simulation.created of 5 stands 0 times/],
  [
    'an entry without its change',
    { changes: [{ orgId, actions: ['simulation.created'], id: '4' }] },
    /simulation.created of 5, which did not happen/,
  ],
  ['a broken chain', changed('audit', 0, { fault: 'row 3 was changed' }), /audit chain of org: row 3 was changed/],
  ['a secret', { leaks: ['a secret stands in the log api'] }, /a secret stands in/],
];

type Lists = 'rows' | 'workflows' | 'outbox' | 'runs' | 'mails' | 'audit';

function changed<L extends Lists>(list: L, at: number, change: Partial<Facts[L][number]>): Partial<Facts> {
  return { [list]: whole[list].map((one, index) => (index === at ? { ...one, ...change } : one)) };
}

describe('the checker of a chaos run', () => {
  it('has nothing to say of a whole world', () => {
    assert.deepEqual(violationsIn(whole, accepted), []);
  });

  it('asks no row of a round that a schedule began, open or ended', () => {
    for (const status of ['RUNNING', 'COMPLETED', 'FAILED', 'TIMED_OUT']) {
      const workflows = [...whole.workflows, { ...round, status }];
      assert.deepEqual(violationsIn({ ...whole, workflows }, accepted), []);
    }
  });

  it('grants that the answer of a dispatch was lost, when a keyed effect says so', () => {
    assert.deepEqual(violationsIn({ ...whole, runs: [lostAnswer] }, accepted), []);
  });

  it('grants a cancelled end to those alone whom an operator cancelled', () => {
    const workflows = whole.workflows.map((one) =>
      one.workflowId === 'email/e' ? { ...one, status: 'CANCELLED' } : one,
    );
    assert.deepEqual(violationsIn({ ...whole, workflows }, accepted, new Set(['email/e'])), []);
    assert.match(violationsIn({ ...whole, workflows }, accepted).join(), /email\/e is CANCELLED/);
  });

  for (const [what, change, sentence] of broken) {
    it(`finds ${what}`, () => {
      assert.match(violationsIn({ ...whole, ...change }, accepted).join('\n'), sentence);
    });
  }
});
