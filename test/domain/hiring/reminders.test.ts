import assert from 'node:assert/strict';
import { dueReminder, nextReminderMs, reminderHolds, type ClockReading } from '../../../domain/hiring/reminders.ts';
import type { SessionStatus } from '../../../domain/hiring/session.ts';

const HOUR_MS = 3_600_000;
const END_MS = Date.parse('2026-10-18T14:30:00Z');

/** A clock that ends at END_MS, read so many hours before. */
const before = (hours: number, status: SessionStatus = 'not_started', endMs = END_MS): ClockReading => ({
  status,
  expiresAt: new Date(endMs).toISOString(),
  readAt: new Date(END_MS - hours * HOUR_MS).toISOString(),
});
/** Hours before END_MS. */
const next = (clock: ClockReading): number | undefined => {
  const atMs = nextReminderMs(clock);
  return atMs === undefined ? undefined : (END_MS - atMs) / HOUR_MS;
};

describe('reminders before a session’s clock ends', () => {
  it('come 72 and 24 hours before an invite ends, 24 and 2 before the work does', () => {
    assert.deepEqual(
      [next(before(300)), next(before(72)), next(before(24)), next(before(0))],
      [72, 24, undefined, undefined],
    );
    const working = (hours: number) => next(before(hours, 'in_progress'));
    assert.deepEqual([working(120), working(24), working(2), working(-1)], [24, 2, undefined, undefined]);
  });

  it('never come to a session that has ended', () => {
    for (const status of ['completed', 'expired', 'revoked'] as const) {
      assert.equal(nextReminderMs(before(300, status)), undefined);
      assert.equal(dueReminder(before(73, status), before(72, status)), undefined);
      assert(!reminderHolds('invite_ends_24h', before(1, status)));
    }
  });

  it('are due when their time has come since the reading, at it and not a millisecond before', () => {
    const early = new Date(END_MS - 72 * HOUR_MS - 1).toISOString();
    assert.equal(dueReminder(before(300), { ...before(72), readAt: early }), undefined);
    assert.equal(dueReminder(before(300), before(72)), 'invite_ends_72h');
    assert.equal(dueReminder(before(72), before(71)), undefined, 'what had come at the reading is not caught up with');
    assert.equal(dueReminder(before(72), before(24)), 'invite_ends_24h');
    assert.equal(dueReminder(before(24, 'in_progress'), before(2, 'in_progress')), 'work_ends_2h');
  });

  it('are one after hours without a worker, and none after the end', () => {
    assert.equal(dueReminder(before(300), before(1)), 'invite_ends_24h');
    assert.equal(dueReminder(before(300), before(0)), undefined);
    assert.equal(dueReminder(before(300), before(-5)), undefined);
  });

  it('are armed anew when the clock was moved or the session claimed meanwhile', () => {
    const moved = before(72, 'not_started', END_MS + 1);
    assert.equal(dueReminder(before(300), moved), undefined);
    assert.equal(dueReminder(before(300), before(24, 'in_progress')), undefined);
    assert.equal(next(before(20, 'not_started')), undefined, 'an end that came nearer skips what has passed');
  });

  it('hold while the session stands as they say', () => {
    assert(reminderHolds('invite_ends_72h', before(72)));
    assert(reminderHolds('invite_ends_72h', before(1)));
    assert(!reminderHolds('invite_ends_72h', before(72, 'in_progress')));
    assert(!reminderHolds('invite_ends_72h', before(73)), 'the end was moved away');
    assert(!reminderHolds('work_ends_2h', before(0, 'in_progress')));
  });

  it('are not armed by a clock that was read before there were reminders', () => {
    const { status, expiresAt } = before(300);
    assert.equal(nextReminderMs({ status, expiresAt } as ClockReading), undefined);
  });
});
