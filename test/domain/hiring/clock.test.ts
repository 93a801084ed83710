import assert from 'node:assert/strict';
import { lookFor, nextLookMs } from '../../../domain/hiring/clock.ts';

describe('when and for what a session’s clock looks at its row', () => {
  const endMs = Date.parse('2026-10-18T14:30:00Z');
  const expiresAt = new Date(endMs).toISOString();
  const waits = (state: { submissionInFlight?: boolean; remindAtMs?: number }, nowMs: number): number =>
    nextLookMs({ expiresAt, submissionInFlight: false, ...state }, nowMs);

  it('waits for the next reminder, else for the end, a second at least', () => {
    assert.equal(waits({ remindAtMs: endMs - 5_000 }, endMs - 10_000), 5_000);
    assert.equal(waits({}, endMs - 10_000), 10_000);
    assert.equal(waits({ remindAtMs: endMs - 10_000 }, endMs - 9_999), 1_000);
    assert.equal(waits({}, endMs + 1), 1_000);
  });

  it('looks every minute past the end while a submission is in flight', () => {
    assert.equal(waits({ submissionInFlight: true }, endMs), 60_000);
  });

  it('looks for the reminder when its time has come, also when a change is told in the same moment', () => {
    assert.equal(lookFor({ told: false, remindAtMs: 100 }, 100), 'reminder');
    assert.equal(lookFor({ told: true, remindAtMs: 100 }, 100), 'reminder');
    assert.equal(lookFor({ told: true, remindAtMs: 100 }, 99), 'change');
    assert.equal(lookFor({ told: true, remindAtMs: undefined }, 100), 'change');
    assert.equal(lookFor({ told: false, remindAtMs: undefined }, 100), 'deadline');
  });
});
