import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../../files.ts';

/** A template that this machine cannot offer, and why. */
export interface SkippedTemplate {
  readonly key: string;
  readonly reason: string;
}

const fileIn = (dir: string): string => join(dir, 'skipped-templates.json');

/** Leaves word of the skipped templates in the local GitHub's state folder, for whoever starts it. */
export function recordSkipped(dir: string, skipped: readonly SkippedTemplate[]): Promise<void> {
  return writeWhole(fileIn(dir), `${JSON.stringify(skipped, undefined, 2)}\n`);
}

/** What the last start of the local GitHub has left out. */
export async function readSkipped(dir: string): Promise<readonly SkippedTemplate[]> {
  return JSON.parse(await readFile(fileIn(dir), 'utf8').catch(() => '[]')) as SkippedTemplate[];
}
