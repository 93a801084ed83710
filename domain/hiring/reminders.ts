import type { SessionStatus } from './session.ts';

const HOUR_MS = 3_600_000;

/** A mail before the clock's end; each is sent at most once in a life of a session. */
export type ReminderKind = 'invite_ends_72h' | 'invite_ends_24h' | 'work_ends_24h' | 'work_ends_2h';

interface Reminder {
  readonly kind: ReminderKind;
  /** How long before the end. */
  readonly leadMs: number;
}

/**
 * The longest lead first. An invite wants five days to be kept free: three days to find them, one to decide. Who works has a
 * day left for what is open, then two hours to hand in what they have.
 */
const reminders: Partial<Record<SessionStatus, readonly Reminder[]>> = {
  not_started: [
    { kind: 'invite_ends_72h', leadMs: 72 * HOUR_MS },
    { kind: 'invite_ends_24h', leadMs: 24 * HOUR_MS },
  ],
  in_progress: [
    { kind: 'work_ends_24h', leadMs: 24 * HOUR_MS },
    { kind: 'work_ends_2h', leadMs: 2 * HOUR_MS },
  ],
};

/** A session's clock as it was read; times are ISO 8601, `readAt` by the database. */
export interface ClockReading {
  readonly status: SessionStatus;
  readonly expiresAt: string;
  readonly readAt: string;
}

/** When the next reminder is due, in milliseconds since 1970. One whose time had passed at the reading is not caught up with. */
export function nextReminderMs({ status, expiresAt, readAt }: ClockReading): number | undefined {
  return timesOf(status, expiresAt)
    .map(({ atMs }) => atMs)
    .find((atMs) => atMs > Date.parse(readAt));
}

/**
 * Which reminder's time has come since `armed` was read, if its clock still stands: a clock that was moved meanwhile is armed
 * anew. Of several (nobody worked for hours) the last; none once the clock has ended.
 */
export function dueReminder(armed: ClockReading, now: ClockReading): ReminderKind | undefined {
  const nowMs = Date.parse(now.readAt);
  const stands = armed.status === now.status && armed.expiresAt === now.expiresAt;
  if (!stands || Date.parse(now.expiresAt) <= nowMs) return undefined;
  const come = timesOf(now.status, now.expiresAt).filter(
    ({ atMs }) => atMs > Date.parse(armed.readAt) && atMs <= nowMs,
  );
  return come.at(-1)?.kind;
}

/** Whether a reminder that was queued still says what is so when it leaves. */
export function reminderHolds(kind: ReminderKind, { status, expiresAt, readAt }: ClockReading): boolean {
  const nowMs = Date.parse(readAt);
  const own = timesOf(status, expiresAt).find((time) => time.kind === kind);
  return own !== undefined && own.atMs <= nowMs && nowMs < Date.parse(expiresAt);
}

function timesOf(status: SessionStatus, expiresAt: string): { kind: ReminderKind; atMs: number }[] {
  return (reminders[status] ?? []).map(({ kind, leadMs }) => ({ kind, atMs: Date.parse(expiresAt) - leadMs }));
}
