import type { Ledger } from './client.ts';
import { accept, inviteSomebody, makeApiKey, signIn, work } from './candidate.ts';
import { joinOrganization } from './member.ts';
import { makeTrouble } from './troubles.ts';
import type { World } from './world.ts';

export interface WorkloadOptions {
  /** Tells the journeys of one run in a world from those of another. */
  readonly label: string;
  /** Journeys at the same time. */
  readonly lanes: number;
  /** Journeys in all. */
  readonly most: number;
  /** Of five days, how many every other candidate works (five end the session); the others work two at most. */
  readonly days: number;
  /** No journey begins after this; those under way are gone to their end. */
  readonly isOver: () => boolean;
}

export function newLedger(): Ledger {
  return { accepted: [], secrets: new Set(), broken: [], cancelled: new Set(), retries: 0, doubles: 0 };
}

/** Recruiters invite, candidates work, administrators make keys. @throws when a client gives up, which is a finding */
export async function runWorkload(world: World, ledger: Ledger, options: WorkloadOptions): Promise<number> {
  let begun = 0;
  const lane = async (): Promise<void> => {
    while (begun < options.most && (begun === 0 || !options.isOver()))
      await journey(world, ledger, (begun += 1), options);
  };
  const lanes = Array.from({ length: options.lanes }, lane);
  const failed = (await Promise.allSettled(lanes)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return begun;
}

async function journey(world: World, ledger: Ledger, number: number, { days, label }: WorkloadOptions): Promise<void> {
  const scene = { world, ledger, name: `${label}-${number}` };
  const worksAll = number % 2 === 1;
  await makeTrouble(world.github, number);
  const invited = await inviteSomebody(scene, await signIn(scene, 'recruiter1@local.test', 'recruiter'));
  await work(scene, invited, worksAll ? days : Math.min(days, 2));
  if (worksAll) accept(scene, 'api_key', await makeApiKey(scene));
  else await joinOrganization({ ...scene, name: `${scene.name}-member` });
}
