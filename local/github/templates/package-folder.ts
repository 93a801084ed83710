import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What filling the packages of one language came to. */
export interface FilledFolder {
  folder: string | null;
  /** One sentence that names what is missing; null when all is there. */
  problem: string | null;
}

/** One value for the given texts and the contents of the given files. */
export async function fingerprint(texts: readonly string[], files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text}\0`);
  for (const file of files) hash.update(await readFile(file)).update('\0');
  return hash.digest('hex').slice(0, 16);
}

/**
 * Returns the folder when it is there. Else lets `fill` write into a draft beside it and moves that into its place: what has
 * the final name is complete, also when two processes fill it at once or one is killed.
 */
export async function fillOnce(folder: string, fill: (draft: string) => Promise<void>): Promise<FilledFolder> {
  if (await exists(folder)) return { folder, problem: null };
  const draft = `${folder}.draft-${randomUUID()}`;
  try {
    await mkdir(draft, { recursive: true });
    await fill(draft);
    await rename(draft, folder).catch(async (error: unknown) => {
      if (!(await exists(folder))) throw error;
    });
    return { folder, problem: null };
  } catch (error) {
    return { folder: null, problem: reasonOf(error) };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Does the work in a new folder inside of `parent`, which is gone afterwards. */
export async function inScratchFolder<T>(parent: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = join(parent, `scratch-${randomUUID()}`);
  await mkdir(folder, { recursive: true });
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** What a failed program wrote about it, in one line and without addresses. */
function reasonOf(error: unknown): string {
  const { message, stderr } = error as { message?: unknown; stderr?: unknown };
  const text = typeof stderr === 'string' && stderr.trim() !== '' ? stderr : String(message);
  const lines = text.trim().split('\n');
  const line = lines.find((each) => /error/i.test(each)) ?? lines.at(-1) ?? '';
  return line
    .replaceAll(/https?:\/\/\S+/g, '…')
    .trim()
    .slice(0, 300);
}
