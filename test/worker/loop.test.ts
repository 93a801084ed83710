import assert from 'node:assert/strict';
import { createLogger } from '../../core/logger.ts';
import { startLoop } from '../../worker/loop.ts';

describe('a loop of the worker', () => {
  it('goes on at once while there is more, and stops after the round in hand', async () => {
    let rounds = 0;
    let reached: () => void = () => undefined;
    const five = new Promise<void>((resolve) => (reached = resolve));
    const loop = startLoop({
      name: 'test',
      everyMs: 3_600_000,
      log: createLogger('test', 'silent'),
      work: () => {
        rounds += 1;
        if (rounds === 5) reached();
        return Promise.resolve(rounds < 5);
      },
    });
    await five;
    await loop.stop();
    assert.equal(rounds, 5);
  });

  it('survives a round that fails, logs it without secrets, and tries again before its usual time', async () => {
    const lines: string[] = [];
    const log = createLogger('test', 'warn', { write: (line) => void lines.push(line) });
    let rounds = 0;
    let reached: () => void = () => undefined;
    const second = new Promise<void>((resolve) => (reached = resolve));
    const loop = startLoop({
      name: 'test',
      everyMs: 3_600_000,
      log,
      work: () => {
        if ((rounds += 1) === 1) return Promise.reject(new Error('cannot reach postgres://tenon:hunter2@db/tenon'));
        reached();
        return Promise.resolve(false);
      },
    });
    await second;
    await loop.stop();
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /test failed; trying again/);
    assert(!lines[0]?.includes('hunter2'));
  });
});
