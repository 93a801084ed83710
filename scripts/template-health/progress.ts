import { setTimeout } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import {
  templateHealthProgressQuery,
  type TemplateHealthProgress,
} from '../../workflows/hiring/template-health.contract.ts';

const LOOK_EVERY_MS = 1_000;
const LOOK_MS = 2_000;

/** Tells how far a live check is, whenever that has changed, until `ended` aborts; what cannot be asked just now is not told. */
export async function tellProgress(
  client: Client,
  workflowId: string,
  { tell, ended }: { readonly tell: (line: string) => void; readonly ended: AbortSignal },
): Promise<void> {
  let told = '';
  while (!ended.aborted) {
    const line = await client
      .withDeadline(Date.now() + LOOK_MS, () =>
        client.workflow.getHandle(workflowId).query<TemplateHealthProgress>(templateHealthProgressQuery),
      )
      .then(lineOf, () => told);
    if (line !== told) tell(line);
    told = line;
    await setTimeout(LOOK_EVERY_MS, undefined, { signal: ended }).catch(() => undefined);
  }
}

function lineOf({ total, done, checking }: TemplateHealthProgress): string {
  return `${done} of ${total} checked${checking.length > 0 ? `, at work: ${checking.join(', ')}` : ''}`;
}
