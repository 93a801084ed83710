import { eventually } from './eventually.ts';

/** Looks every few milliseconds until `look` is true: for what another process does in its own time. */
export async function until(what: string, look: () => boolean | Promise<boolean>): Promise<void> {
  await eventually(what, async () => look());
}
