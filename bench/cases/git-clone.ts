import { randomBytes, randomUUID } from 'node:crypto';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate, git, gitAs, startTestGithub, stopTestGithub } from '../../test/local/github/support.ts';
import { startBareGit } from '../harness/bare-git.ts';
import type { Bench } from '../harness/case.ts';
import { interleave, timed } from '../harness/measure.ts';
import { summarise } from '../harness/stats.ts';

const SAMPLES = Number(process.env['TENON_BENCH_SAMPLES'] ?? 60);
/** Of the large repository, whose single transfer takes longer and says more. */
const LARGE_SAMPLES = Math.ceil(SAMPLES / 4);
const WARM_UP = 2;
const LIMIT_MS = 100_000;
/** Random, so that it stays as large on its way. */
const FILES = 20;
const FILE_BYTES = 2 ** 20;

interface Side {
  readonly name: string;
  readonly run: typeof git;
  urlOf(repository: string): string;
}

export const gitClone: Bench = {
  name: 'git-clone',
  about: 'clone and push through the local GitHub against bare git http-backend behind a minimal server',
  async run(stage) {
    const github = await startTestGithub();
    stage.cleanup(() => stopTestGithub(github));
    const asBot = gitAs(github.token);
    const dir = join(stage.dir, 'git');
    await mkdir(dir);
    const repositories = new Map<string, Awaited<ReturnType<typeof generate>>>();
    for (const name of ['small', 'large']) repositories.set(name, await generate(github, name));
    const urlOf = (name: string): string => repositories.get(name)?.clone_url ?? '';
    const filled = join(dir, 'filled');
    await asBot(dir, 'clone', '--quiet', urlOf('large'), filled);
    await commit(filled, FILES);
    await asBot(filled, 'push', '--quiet', 'origin', 'main');
    const copies = join(dir, 'bare');
    for (const [name, { id }] of repositories)
      await cp(join(github.dir, 'state', 'repositories', `${id}.git`), join(copies, `${name}.git`), {
        recursive: true,
      });
    const bare = await startBareGit(copies);
    stage.cleanup(() => bare.close());
    const sides: readonly Side[] = [
      { name: 'local GitHub', run: asBot, urlOf },
      { name: 'bare', run: git, urlOf: (name) => `${bare.url}/${name}.git` },
    ];

    const results: { what: string; found: Map<string, number[]> }[] = [];
    const compare = async (what: string, rounds: number, work: (side: Side) => Promise<number>): Promise<void> => {
      stage.say(`  ${what}`);
      const runs = sides.map((side) => ({ name: side.name, run: () => work(side) }));
      results.push({ what, found: await interleave(runs, { rounds, warmUp: WARM_UP, limitMs: LIMIT_MS }) });
    };
    const clones =
      (name: string) =>
      async (side: Side): Promise<number> => {
        const folder = join(dir, `clone-${randomUUID()}`);
        const ms = await timed(() => side.run(dir, 'clone', '--quiet', side.urlOf(name), folder));
        await rm(folder, { recursive: true });
        return ms;
      };
    await compare('clone, small', SAMPLES, clones('small'));
    await compare('clone, 20 MiB', LARGE_SAMPLES, clones('large'));
    const pushes = async (files: number) => {
      const folders = new Map<string, string>();
      for (const side of sides) {
        const folder = join(dir, `work-${randomUUID()}`);
        await side.run(dir, 'clone', '--quiet', side.urlOf('small'), folder);
        folders.set(side.name, folder);
      }
      return async (side: Side): Promise<number> => {
        const folder = folders.get(side.name) ?? '';
        await commit(folder, files);
        return timed(() => side.run(folder, 'push', '--quiet', 'origin', 'main'));
      };
    };
    await compare('push, small', SAMPLES, await pushes(0));
    await compare('push, 20 MiB', LARGE_SAMPLES, await pushes(FILES));
    const of = (found: Map<string, number[]>, name: string) => summarise(found.get(name) ?? []);
    return {
      headline: results.map(({ what, found }) => {
        const [ours, theirs] = [of(found, 'local GitHub'), of(found, 'bare')];
        return `${what}: p50 ${(ours.p50 / theirs.p50).toFixed(2)} times bare, max ${(ours.max / theirs.max).toFixed(2)} times`;
      }),
      tables: [
        {
          columns: ['what', 'side', 'n', 'p50 ms', 'p99 ms', 'max ms'],
          rows: results.flatMap(({ what, found }) =>
            sides.map(({ name }) => {
              const { count, p50, p99, max } = of(found, name);
              return [what, name, count, p50, p99, max];
            }),
          ),
        },
      ],
      notes: [
        'Whole git commands, most of which is git itself on both ends; both servers run in this process, which does nothing else meanwhile. The same repositories: bare serves copies.',
        'The local GitHub also checks a token and rights, compares the refs before and after a push, and writes its state; it has no webhook here. Bare asks nobody for a token.',
      ],
    };
  },
};

/** A small change, and so many files that are new each time. */
async function commit(folder: string, files: number): Promise<void> {
  await writeFile(join(folder, 'answer.txt'), randomUUID());
  for (let at = 0; at < files; at += 1) await writeFile(join(folder, `${at}.bin`), randomBytes(FILE_BYTES));
  await git(folder, 'add', '.');
  await git(folder, 'commit', '--quiet', '--message', 'Answer');
}
