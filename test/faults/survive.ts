import { setTimeout as pause } from 'node:timers/promises';
import type { Answer } from '../chaos/client.ts';
import { collectFacts } from '../chaos/collect.ts';
import { violationsIn } from '../chaos/invariants.ts';
import { untilSettled } from '../chaos/quiet.ts';
import { newLedger, runWorkload } from '../chaos/workload.ts';
import type { World } from '../chaos/world.ts';

export interface Trial {
  readonly world: World;
  /** Tells the journeys of one trial from those of another. */
  readonly label: string;
  /** What goes wrong, from beginning to end; clients work all the while. */
  readonly fault: (clients: { readonly areDone: Promise<unknown> }) => Promise<void>;
  /** How long the slowest answer may take. */
  readonly answerLimitMs: number;
}

export interface TrialReport {
  readonly violations: readonly string[];
  readonly journeys: number;
  readonly accepted: number;
  /** Answers that told to try again, by their code. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  /** From the fault's end until nothing was left to do. */
  readonly settledMs: number;
}

const WARM_UP_MS = 1_000;
const QUIET_LIMIT_MS = 120_000;

/** Lets clients work through a fault and compares all sides afterwards. No process is restarted. */
export async function survive({ world, label, fault, answerLimitMs }: Trial): Promise<TrialReport> {
  const violations: string[] = [];
  const refusals: Record<string, number> = {};
  let slowestMs = 0;
  let isOver = false;
  const ledger = newLedger();
  ledger.onAnswer = (answer) => {
    slowestMs = Math.max(slowestMs, answer.tookMs);
    const told = refusalIn(answer);
    if (told !== undefined) refusals[told] = (refusals[told] ?? 0) + 1;
    const fault = faultOf(answer, answerLimitMs);
    if (fault !== undefined) violations.push(fault);
  };
  const note = (error: unknown): undefined =>
    void violations.push(error instanceof Error ? error.message : String(error));
  const deathsBefore = world.deaths.length;
  const work = runWorkload(world, ledger, { label, lanes: 3, most: 30, days: 2, isOver: () => isOver }).catch(note);
  await pause(WARM_UP_MS);
  await fault({ areDone: work }).catch(note);
  isOver = true;
  const endedAt = performance.now();
  const journeys = (await work) ?? 0;
  await untilSettled(world, QUIET_LIMIT_MS).catch(note);
  const settledMs = performance.now() - endedAt;
  violations.push(...world.deaths.slice(deathsBefore), ...ledger.broken);
  violations.push(...violationsIn(await collectFacts(world, ledger.secrets), ledger.accepted));
  return { violations, journeys, accepted: ledger.accepted.length, refusals, slowestMs, settledMs };
}

/** One line of what was seen. */
export function describeTrial(label: string, report: TrialReport): string {
  const { journeys, accepted, slowestMs, settledMs, refusals, violations } = report;
  const told = Object.entries(refusals).map(([code, times]) => `${times} × ${code}`);
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
  return `${label}: ${journeys} journeys, ${accepted} accepted, slowest answer ${seconds(slowestMs)}, quiet ${seconds(settledMs)} after its end, refused: ${told.join(', ') || 'nothing'}, ${violations.length} violations`;
}

/** Answers that are no success and no decision. */
function refusalIn({ status, body }: Answer): string | undefined {
  if (status !== undefined && status < 500) return undefined;
  return `${status ?? 'no answer'} ${(body as { errorCode?: string } | undefined)?.errorCode ?? ''}`;
}

/** A client may be told to try again, in the form that the API promises and in time; nothing else. */
function faultOf({ what, status, contentType, body, tookMs }: Answer, limitMs: number): string | undefined {
  const told = `${what} (${Math.round(tookMs)} ms)`;
  if (status === undefined) return `${told} was not answered`;
  if (tookMs > limitMs) return `${told} was answered ${status} too late`;
  if (status < 500) return undefined;
  const isTyped = contentType.startsWith('application/problem+json');
  const { retryable } = body as { retryable?: boolean };
  return status === 500 || !isTyped || retryable !== true ? `${told}: ${status} ${JSON.stringify(body)}` : undefined;
}
