import { AsyncLocalStorage } from 'node:async_hooks';
import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { activityPlaces } from './catalogue.ts';

/** What a process is doing at the moment: an activity, or a request that it serves; neither in relay and reconciler. */
export type Doing =
  | { readonly kind: 'activity'; readonly name: string; readonly victim: string }
  | { readonly kind: 'request'; readonly label: 'api' | 'webhook'; readonly victim: string | undefined };

/** Inside the struck process only. */
export const doing = new AsyncLocalStorage<Doing>();

const { TENON_CHAOS_POINTS: dir = '', TENON_CHAOS_PART: part } = process.env;

/**
 * Ends this process by SIGKILL when the point is armed. Taking the file disarms it, so that of several processes and lives
 * only one is struck. `victims` name what is in hand, as `ended` names it later.
 */
export function reach(point: string, victims: readonly (string | undefined)[]): void {
  const fired = join(dir, 'fired', point);
  try {
    renameSync(join(dir, 'armed', point), fired);
  } catch {
    return; // it is not armed
  }
  writeFileSync(fired, JSON.stringify({ pid: process.pid, part, at: Date.now(), victims: victims.filter(Boolean) }));
  process.kill(process.pid, 'SIGKILL');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); // nothing more may happen until it arrives
}

/** The middle of an activity, if this is what stands in it. */
export function midway(now: Doing | undefined, step: 'commit' | 'answer'): void {
  if (now?.kind !== 'activity') return;
  const place = Object.entries(activityPlaces).find(([name]) => name === now.name)?.[1];
  if (typeof place === 'object' && place.during === step) reach(`activity.${now.name}.during`, [now.victim]);
}

/** Writes down that something in hand has come to an end: who was struck with it in hand looks for this line. */
export function ended(victim: string | undefined): void {
  if (victim !== undefined) appendFileSync(join(dir, 'ended'), `${Date.now()} ${victim}\n`);
}

/** Writes down which activities a worker of this process offers. */
export function offers(activities: object): void {
  writeFileSync(join(dir, 'offered'), Object.keys(activities).join('\n'));
}
