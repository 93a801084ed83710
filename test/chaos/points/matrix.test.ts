import assert from 'node:assert/strict';
import { chaosSeed, isFull, say } from '../seed.ts';
import { activityPlaces, points } from './catalogue.ts';
import { runMatrix } from './matrix.ts';
import { startStruckWorld, type StruckWorld } from './struck-world.ts';
import { describeMatrix } from './table.ts';

const LIMIT_MS = 15 * 60_000; // on idle cores it takes less than half of it

const describePoints = (): unknown =>
  describe('the whole stack while it is killed at every named point', function () {
    this.timeout(LIMIT_MS + 5 * 60_000);
    let struck: StruckWorld;
    before(async () => {
      struck = await startStruckWorld(say);
    });
    after(() => struck?.stop());

    it('loses nothing, does nothing twice, and every point is reached and got over', async () => {
      const options = { points, seed: chaosSeed, lanes: 4, limitMs: LIMIT_MS, quietLimitMs: 180_000, say };
      const report = await runMatrix(struck.world, struck.board, options);
      const told = describeMatrix(chaosSeed, points, report);
      say(told);
      assert.deepEqual(report.violations, [], told);
      assert.deepEqual(struck.board.offered().sort(), Object.keys(activityPlaces).sort(), 'what the worker registers');
    });
  });

if (isFull) describePoints();
