import type { StackFile } from './supervisor/stack-file.ts';

/** Plays a candidate's five days against a running stack. @throws when the play fails. */
export async function play(stack: StackFile, out: (line: string) => void): Promise<void> {
  const { playDemo } = await import('../scripts/demo.ts'); // only now: it brings half of the product with it
  await playDemo(stack, out);
}
