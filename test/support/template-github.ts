import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecuteWorkflow } from '../../local/github/actions/types.ts';
import { rawZip } from '../../local/github/control/raw-zip.ts';
import { startGithubIn, templateFolder, type TestGithub } from './factories-workspaces.ts';

export const owner = 'tenon-hire-dev';
/** Fails as it comes, and passes with its solution. */
export const soundKey = 'go-gin';
/** Brings no solution; succeeds as it comes. */
export const plainKey = 'node-nest-ts';
/** Its workflow file has none of the words that are looked for. */
export const wordlessKey = 'java-springboot';
/** Has no workflow file. */
export const bareKey = 'dotnet-webapi';

const head = `name: Tests
run-name: Tests \${{ inputs.tenon_run }}
on:
  workflow_dispatch:
    inputs:
      tenon_run: { type: string, default: '' }
      tenon_day: { type: string, default: '' }
permissions: {}
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
`;
const sound = `${head}      - uses: Actions/Upload-Artifact@v4
        with: { name: Tenon-Test-Results, path: tenon-test-results.json }
`;

const patch = `diff --git a/answer.txt b/answer.txt
new file mode 100644
--- /dev/null
+++ b/answer.txt
@@ -0,0 +1 @@
+solved
`;

/** What a run on the default branch of a template with a solution, and any other, leaves. */
const failing = { passed: 1, failed: 2, total: 3, stdout: '', stderr: '' };
const passing = { passed: 3, failed: 0, total: 3, stdout: '', stderr: '', summary: { groups: 1 } };

const execute: ExecuteWorkflow = async ({ repository, ref, sha, workDir }) => {
  const isStarter = repository.endsWith(soundKey) && ref === 'refs/heads/main';
  const data = Buffer.from(JSON.stringify(isStarter ? failing : passing));
  const bytes = rawZip([{ path: 'tenon-test-results.json', data }]);
  const zipPath = join(workDir, 'results.zip');
  await writeFile(zipPath, bytes);
  return {
    conclusion: isStarter ? 'failure' : 'success',
    runName: '',
    headSha: sha,
    jobs: [],
    artifacts: [{ name: 'Tenon-Test-Results', zipPath, sizeBytes: bytes.length }],
  };
};

/** A local GitHub with a few of the catalogue's templates; the rest of the catalogue is not there. */
export function startTemplateGithub(): Promise<TestGithub> {
  return startGithubIn(async (dir) => {
    const solution = join(dir, 'solution.patch');
    await writeFile(solution, patch);
    const workflows = [
      [soundKey, sound],
      [plainKey, sound],
      [wordlessKey, `${head}      - run: exit 0\n`],
      [bareKey, undefined],
    ] as const;
    const templates = await Promise.all(
      workflows.map(async ([key, workflow]) => ({
        key,
        folder: await templateFolder(join(dir, key), workflow),
        description: key,
        ...(key === soundKey && { solution: [solution] }),
      })),
    );
    return { templates, execute };
  });
}
