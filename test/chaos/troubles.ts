import type { ControlClient } from '../../local/github/control/client.ts';

export const dispatchRoute = 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches';
export const generateRoute = 'POST /repos/{template_owner}/{template_repo}/generate';

/** What goes wrong at GitHub besides its being killed; each concerns the next few calls or webhooks, whosever they are. */
const troubles: readonly ((github: ControlClient) => Promise<void>)[] = [
  () => Promise.resolve(),
  (github) => github.fault({ route: dispatchRoute, drop: true, times: 1 }),
  (github) => github.webhooks({ mode: 'double', count: 6 }),
  (github) => github.fault({ route: dispatchRoute, status: 502, times: 1 }),
  (github) => github.webhooks({ mode: 'lose', count: 2 }),
  (github) => github.fault({ route: generateRoute, latencyMs: 500, times: 2 }), // a wide window to be killed in
];

/** Makes the trouble of a journey. One that GitHub, being away, does not hear of is not missed. */
export async function makeTrouble(github: ControlClient, journey: number): Promise<void> {
  await troubles[journey % troubles.length]?.(github).catch(() => undefined);
}
