import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSkipped, recordSkipped } from '../../../../local/github/templates/record.ts';

describe('the record of skipped templates', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tenon-skipped-'));
  });
  after(() => rm(dir, { recursive: true }));

  it('is empty before the first start, and afterwards says what the last one left out and why', async () => {
    assert.deepEqual(await readSkipped(dir), []);
    const skipped = [{ key: 'python-fastapi', reason: 'python3 is not on this machine' }];
    await recordSkipped(dir, skipped);
    assert.deepEqual(await readSkipped(dir), skipped);
    await recordSkipped(dir, []);
    assert.deepEqual(await readSkipped(dir), []);
  });
});
