import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export type Language = 'node' | 'python3';

export interface Template {
  key: string;
  description: string;
  needs: readonly Language[];
  /** The folder of files that candidates get. */
  repository: string;
}

/** Every folder with a `template.json`, in the order of their names. */
export async function listTemplates(templatesDir: string): Promise<Template[]> {
  const entries = await readdir(templatesDir, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(folders.sort().map((name) => readTemplate(join(templatesDir, name))));
}

async function readTemplate(folder: string): Promise<Template> {
  const facts = JSON.parse(await readFile(join(folder, 'template.json'), 'utf8')) as Omit<Template, 'repository'>;
  return { ...facts, repository: join(folder, 'repository') };
}
