import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listTemplates } from './catalogue.ts';
import type { Language, Template } from './catalogue.ts';
import { fillNpmCache } from './npm-cache.ts';
import { writeOfflinePackages } from './offline-packages.ts';
import { fillWheels } from './wheels.ts';

export interface PreparedTemplates {
  /** Ready to be made into template repositories; `folder` holds the files, `solution` the patches of the branch of that name. */
  available: { key: string; folder: string; description: string; solution: string[] }[];
  /** Not usable on this machine; `reason` names what is missing. */
  skipped: { key: string; reason: string }[];
}

export interface PrepareOptions {
  /** Shared by all checkouts of a user; filled once for each state of the lock files. */
  cacheDir: string;
  log: (message: string, details?: Readonly<Record<string, unknown>>) => void;
}

const templatesDir = fileURLToPath(new URL('.', import.meta.url));

/**
 * Makes sure that the dependencies of all templates are on this machine, so that runs need no network. A warm start only
 * looks. The templates of a language whose packages cannot be had are left out.
 */
export async function prepareTemplates({ cacheDir, log }: PrepareOptions): Promise<PreparedTemplates> {
  const templates = await listTemplates(templatesDir);
  const of = (language: Language): Template[] => templates.filter(({ needs }) => needs.includes(language));
  const npm = await fillNpmCache(of('node'), cacheDir, log);
  const pip = await fillWheels(of('python3'), cacheDir, log);
  await writeOfflinePackages(cacheDir, { npmCache: npm.folder, npmRegistry: npm.registry, wheels: pip.folder });

  const problems: Readonly<Record<Language, string | null>> = { node: npm.problem, python3: pip.problem };
  const reasonFor = ({ needs }: Template): string | null => needs.map((need) => problems[need]).find(Boolean) ?? null;
  const prepared: PreparedTemplates = { available: [], skipped: [] };
  for (const template of templates) {
    const { key, description, repository } = template;
    const reason = reasonFor(template);
    const solution = [2, 3].map((day) => solutionPatch(key, `day-${day}`));
    if (reason === null) prepared.available.push({ key, description, folder: repository, solution });
    else prepared.skipped.push({ key, reason });
  }
  for (const { key, reason } of prepared.skipped) log('a template is left out', { key, reason });
  return prepared;
}

/**
 * Path of a patch for a template as it comes: `day-2` and `day-3` solve the day's task, `day-2-wrong` and `day-3-wrong` are
 * what somebody in a hurry might hand in.
 */
export function solutionPatch(key: string, name: string): string {
  return join(templatesDir, key, 'solutions', `${name}.patch`);
}
