import assert from 'node:assert/strict';
import { forgeOf, type TestGithub } from '../../../support/factories-workspaces.ts';
import { owner, plainKey, soundKey, startTemplateGithub } from '../../../support/template-github.ts';

describe('the solution of a local template', () => {
  let github: TestGithub;
  before(async () => {
    github = await startTemplateGithub();
  });
  after(() => github.close());

  const template = (key: string): string => `${owner}/tenon-template-${key}`;

  it('is the template with its patches, on a branch of its own', async () => {
    const forge = forgeOf(github);
    const file = (ref: string) => forge.readTextFile(template(soundKey), 'answer.txt', ref);
    assert.deepEqual(await file('solution'), { kind: 'text', text: 'solved\n' });
    assert.deepEqual(await file('main'), { kind: 'missing' });
    const { ahead_by, behind_by } = await forge.compare(template(soundKey), 'main', 'solution');
    assert.deepEqual([ahead_by, behind_by], [1, 0]);
    assert.equal(await forge.getBranchHead(template(plainKey), 'solution'), null);
  });

  it('does not come into the repositories that are made of the template', async () => {
    const forge = forgeOf(github);
    const name = 'made-of-it';
    const wanted = { templateFullName: template(soundKey), owner, name, description: '' };
    const { fullName, defaultBranch } = await forge.generateFromTemplate(wanted);
    assert.ok(await forge.getBranchHead(fullName, defaultBranch));
    assert.equal(await forge.getBranchHead(fullName, 'solution'), null);
  });
});
