import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { State } from '../../local/github/state.ts';
import type { Facts } from './facts.ts';
import type { World } from './world.ts';

/** What the local GitHub keeps on disk: it is asked nothing, so that its own code cannot hide a second run. */
export async function githubFacts({ plan }: World): Promise<Pick<Facts, 'farRuns' | 'farRepositories'>> {
  const state = JSON.parse(await readFile(join(plan.dirs.github, 'state.json'), 'utf8')) as State;
  const generated = state.repositories.filter(({ templateId }) => templateId !== null);
  return {
    farRuns: state.runs.map(({ id, inputs }) => ({ id: String(id), marker: inputs['tenon_run'] ?? '' })),
    farRepositories: generated.map(({ id, owner, name, description, archived }) => ({
      archived,
      id: String(id),
      repo: `${owner}/${name}`,
      description: description ?? '',
    })),
  };
}

/** Mails as the mailbox keeps them: one file each, whose id names the row that asked for it. */
export async function mailFacts({ plan }: World): Promise<Facts['mails']> {
  const files = (await readdir(plan.dirs.mail)).filter((name) => name.endsWith('.eml'));
  return Promise.all(
    files.map(async (name) => {
      const text = await readFile(join(plan.dirs.mail, name), 'utf8');
      const [envelope = ''] = text.split('X-Envelope-End');
      return {
        emailId: /^message-id:\s*<([^@>]+)@/im.exec(text)?.[1] ?? name,
        to: [...envelope.matchAll(/^Delivered-To: (.*?)\r?$/gm)].map((match) => match[1] ?? ''),
      };
    }),
  );
}
