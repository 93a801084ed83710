import assert from 'node:assert/strict';
import { WorkflowError } from '../../../../local/github/actions/errors.ts';
import { evaluate } from '../../../../local/github/actions/expressions/evaluate.ts';
import type { Scope } from '../../../../local/github/actions/expressions/evaluate.ts';
import { parseExpression } from '../../../../local/github/actions/expressions/parse.ts';
import type { Place } from '../../../../local/github/actions/expressions/supported.ts';
import { fillIn, isMet, parseCondition, parseTemplate } from '../../../../local/github/actions/expressions/template.ts';

const scope: Scope = {
  status: 'success',
  contexts: {
    inputs: { day: '2', Loud: true, 'dry-run': '' },
    github: { ref_name: 'main', event: { inputs: { day: '2' } } },
    env: { NAME: "it's" },
    steps: { build: { outcome: 'failure', conclusion: 'success', outputs: { path: 'out/a b' } } },
    needs: { lint: { result: 'skipped' } },
  },
};

function value(source: string, place: Place = 'step-if'): unknown {
  return evaluate(parseExpression(source, place), scope);
}

describe('expressions', () => {
  const cases: [source: string, expected: unknown][] = [
    ["'it''s'", "it's"],
    ['0x1F', 31],
    ['-1.5e1', -15],
    ['true && null', null],
    ["'' || 'other'", 'other'],
    ["'a' && 'b'", 'b'],
    ["inputs.day == 2 && 'two'", 'two'],
    ["'Main' == github.ref_name", true],
    ['inputs.LOUD', true],
    ["inputs['dry-run'] == ''", true],
    ['inputs.missing', null],
    ['github.event.inputs.day', '2'],
    ['env.NAME', "it's"],
    ["steps.build.outcome == 'failure'", true],
    ['steps.build.conclusion', 'success'],
    ['steps.build.outputs.path', 'out/a b'],
    ['needs.lint.result', 'skipped'],
    ['!(1 < 2) || 2 >= 2', true],
    ['!!1', true],
    ['1 == 1 == true', true],
    ["'abc' < 'ABD'", true],
    ["'x' > 1", false],
    ["contains('Hello World', 'world')", true],
    ["startsWith('Hello', 'HE')", true],
    ["endsWith('Hello', 'he')", false],
    ["format('{0}-{1} {{0}}', 'a', 1)", 'a-1 {0}'],
    ['always()', true],
    ['success()', true],
    ['failure() || cancelled()', false],
  ];
  for (const [source, expected] of cases) {
    it(`${source} is ${JSON.stringify(expected)}`, () => assert.deepEqual(value(source), expected));
  }

  const refused: [source: string, place: Place, names: RegExp][] = [
    ["hashFiles('**/lock')", 'step', /hashFiles\(\) is not supported/],
    ['toJSON(github)', 'step', /toJSON\(\) is not supported/],
    ['secrets.TOKEN', 'step', /secrets\.TOKEN/],
    ['matrix.node', 'step', /matrix\.node/],
    ['github.token', 'step', /github\.token/],
    ['github.event.pull_request.title', 'step', /github\.event\.pull_request\.title/],
    ['steps.build.status', 'step', /steps\.build\.status/],
    ['needs.build.outputs.x', 'step', /needs\.build\.outputs\.x/],
    ['env.NAME', 'job-if', /env\.NAME/],
    ['steps.build.outcome', 'run-name', /steps\.build\.outcome/],
    ['always()', 'step', /always\(\) is not supported outside of "if"/],
    ['inputs[env.NAME]', 'step', /\[env/],
    ['inputs.*', 'step', /\.\*/],
    ['1 +', 'step', /unexpected \+/],
    ['(1', 'step', /misses a \)/],
    ['1 2', 'step', /unexpected 2/],
    ['', 'step', /ends too early/],
    ["contains('a')", 'step', /contains\(\) does not take 1/],
    ['('.repeat(100), 'step', /nested too deeply/],
  ];
  for (const [source, place, names] of refused) {
    it(`refuses ${source.slice(0, 40) || 'nothing at all'} in a ${place} and names it`, () => {
      assert.throws(() => parseExpression(source, place), { name: 'WorkflowError', message: names });
    });
  }

  it('fills texts in, also with }} in a quoted text', () => {
    const template = parseTemplate(
      "day ${{ inputs.day }}, ${{ format('{0}}}', 1) }} and ${{ inputs.missing }}.",
      'step',
    );
    assert.equal(fillIn(template, scope), 'day 2, 1} and .');
  });

  it('says so when an expression has no end', () => {
    assert.throws(() => parseTemplate('a ${{ inputs.day', 'step'), WorkflowError);
  });

  it('adds success() to a condition that asks for no status', () => {
    const failed: Scope = { ...scope, status: 'failure' };
    assert.equal(isMet(parseCondition("inputs.day == '2'", 'step-if'), scope), true);
    assert.equal(isMet(parseCondition("${{ inputs.day == '2' }}", 'step-if'), failed), false);
    assert.equal(isMet(parseCondition("failure() && inputs.day == '2'", 'step-if'), failed), true);
    assert.equal(isMet(null, failed), false);
  });

  it('refuses a condition that mixes text and ${{ }}', () => {
    assert.throws(() => parseCondition("${{ inputs.day }} == '2'", 'step-if'), /mixes text/);
  });
});
