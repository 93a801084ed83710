import assert from 'node:assert/strict';
import { readWorkflow, WorkflowError } from '../../../../local/github/actions/index.ts';
import { oneJob } from './workshop.ts';

const jobs = 'jobs: { a: { runs-on: ubuntu-latest, steps: [{ run: "true" }] } }\n';

describe('readWorkflow', () => {
  it('tells name, inputs and the name of a run', () => {
    const info = readWorkflow(`name: Tests
run-name: Tests \${{ inputs.marker }} by \${{ github.actor }}
on:
  push:
  workflow_dispatch:
    inputs:
      marker: { type: string, required: true, default: none }
      level: { type: choice, options: [low, high] }
${jobs}`);
    assert.equal(info.name, 'Tests');
    assert.deepEqual(info.dispatchInputs, {
      marker: { required: true, default: 'none', type: 'string' },
      level: { required: false, type: 'choice', options: ['low', 'high'] },
    });
    assert.equal(info.runName({ inputs: { marker: 'm1' }, actor: 'ada' }), 'Tests m1 by ada');
    assert.equal(info.runName({ inputs: {}, actor: 'ada' }), 'Tests none by ada');
  });

  it('names a run after the workflow when there is no run-name', () => {
    assert.equal(readWorkflow(oneJob('- run: "true"')).runName({ inputs: {}, actor: 'ada' }), 'Example');
  });

  it('tells when a workflow cannot be dispatched', () => {
    assert.equal(readWorkflow(`on: [push]\n${jobs}`).dispatchInputs, null);
    assert.deepEqual(readWorkflow(`on: [push, workflow_dispatch]\n${jobs}`).dispatchInputs, {});
  });

  const refused: [what: string, text: string, names: RegExp][] = [
    ['YAML that is none', 'a: [', /not valid YAML/],
    ['a key that is there twice', `on: push\non: push\n${jobs}`, /not valid YAML/],
    ['a text instead of a mapping', 'hello', /must be a mapping/],
    ['an unknown key', `on: push\nsteps: []\n${jobs}`, /steps is not supported/],
    ['no jobs', 'on: push\njobs: {}', /at least one job/],
    ['a job that is not there', 'on: push\njobs: { a: { needs: b } }', /there is no job b/],
    ['jobs that wait for each other', 'on: push\njobs: { a: { needs: b }, b: { needs: [a] } }', /a, b need each other/],
    ['a secret in the run name', `run-name: \${{ secrets.X }}\non: push\n${jobs}`, /secrets\.X/],
    [
      'aliases that blow up',
      `on: push\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n${jobs}`,
      /alias/,
    ],
  ];
  for (const [what, text, names] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => readWorkflow(text),
        (error) => error instanceof WorkflowError && names.test(error.message),
      );
    });
  }
});
