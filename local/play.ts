import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { isBuilt } from './components.ts';
import { checkoutDir } from './paths.ts';
import type { StackFile } from './supervisor/stack-file.ts';

type PlayDemo = (stack: StackFile, out: (line: string) => void) => Promise<void>;

/** Plays a candidate's five days against a running stack. @throws when the play fails. */
export async function play(stack: StackFile, out: (line: string) => void): Promise<void> {
  if (!isBuilt('scripts/demo.ts')) return out('demo: not part of this checkout yet');
  const module = (await import(pathToFileURL(join(checkoutDir, 'scripts', 'demo.ts')).href)) as { playDemo: PlayDemo };
  await module.playDemo(stack, out);
}
