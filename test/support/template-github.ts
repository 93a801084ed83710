import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecuteWorkflow } from '../../local/github/actions/types.ts';
import { readWorkflow } from '../../local/github/actions/index.ts';
import { controlClient } from '../../local/github/control/client.ts';
import { rawZip } from '../../local/github/control/raw-zip.ts';
import { startLocalGithub } from '../../local/github/server.ts';
import type { TestGithub } from './factories-workspaces.ts';

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
export async function startTemplateGithub(): Promise<TestGithub> {
  const dir = await mkdtemp(join(tmpdir(), 'tenon-github-'));
  const token = `service-${randomUUID()}`;
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
  const github = await startLocalGithub({
    dir: join(dir, 'state'),
    cacheDir: join(dir, 'cache'),
    serviceToken: token,
    templates,
    execute,
    readWorkflow,
    log: () => undefined,
  });
  return {
    url: github.url,
    apiUrl: github.apiUrl,
    token,
    control: controlClient(github.url, token),
    async close() {
      await github.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function templateFolder(folder: string, workflow: string | undefined): Promise<string> {
  await mkdir(join(folder, '.github', 'workflows'), { recursive: true });
  await writeFile(join(folder, 'README.md'), 'A template\n');
  if (workflow !== undefined) await writeFile(join(folder, '.github', 'workflows', 'tenon-ci.yml'), workflow);
  return folder;
}
