import assert from 'node:assert/strict';
import { githubEndpoints } from '../../../api/github/index.ts';
import type { Workspace } from '../../../models/workspace.ts';
import { startTestApi, type TestApi } from '../../support/api.ts';
import { eventually } from '../../support/eventually.ts';
import { countedWebhooks } from '../../support/webhooks.ts';
import { ledgerOf, reconciliationPlace, rowOf, type ReconciliationPlace } from './place.ts';

describe('pushes to a real repository, by webhooks that are lost, doubled and out of order', () => {
  let api: TestApi;
  let place: ReconciliationPlace;
  let workspace: Workspace;

  before(async () => {
    api = await startTestApi({ endpoints: githubEndpoints });
    place = await reconciliationPlace(`${api.url}/api/github/webhooks`, api.settings.github.webhookSecret);
  });
  after(async () => {
    await place?.github.close();
    await api?.close();
  });
  beforeEach(async () => {
    workspace = await place.workspace();
  });
  afterEach(() => place.github.control.resetFaults());

  const headIs = (sha: string | undefined) =>
    eventually(`the head ${sha}`, async () => (await rowOf(place, workspace))?.head === sha);
  const pushes = async () => (await ledgerOf(place, workspace)).map(({ after_sha: sha }) => sha);

  it('reach the row and the ledger as they happen', async () => {
    const heads = [await place.commit(workspace), await place.commit(workspace)];
    await headIs(heads[1]);
    assert.deepEqual(await pushes(), heads);
  });

  it('count once when each is sent twice, and lead nowhere back when they come in another order', async () => {
    await place.github.control.webhooks({ mode: 'double', count: 1 });
    const first = await place.commit(workspace);
    await headIs(first);
    await place.github.control.webhooks({ mode: 'reorder', count: 3 });
    const heads = [await place.commit(workspace), await place.commit(workspace), await place.commit(workspace)];
    await headIs(heads[2]);
    assert.deepEqual((await pushes()).toSorted(), [first, ...heads].toSorted());
    assert.ok(((await countedWebhooks(api))['push repeated'] ?? 0) >= 1);
  });

  it('are all there after a gap, whichever of GitHub’s log and its refs is read', async () => {
    await place.github.control.webhooks({ mode: 'lose' });
    const lost = [await place.commit(workspace), await place.commit(workspace)];
    await place.github.control.webhooks({ mode: 'normal' });
    const told = await place.commit(workspace);
    await eventually('the last push', async () => (await pushes()).includes(told));
    const before = await rowOf(place, workspace);
    assert.deepEqual(
      [before?.head, before?.due],
      [workspace.latestCommitSha, true],
      'it does not fit, and is not believed',
    );
    await place.activities.lookAtRepositories();
    assert.equal((await rowOf(place, workspace))?.head, told, 'the refs say where the branch is');
    for (let more = true; more;) ({ more } = await place.activities.recoverDeliveries());
    assert.deepEqual((await pushes()).toSorted(), [...lost, told].toSorted(), 'the log says who pushed what');
    assert.equal((await rowOf(place, workspace))?.head, told);
    const authors = new Set((await ledgerOf(place, workspace)).map(({ pusher_login: login }) => login));
    assert.deepEqual([...authors], ['tenon-bot']);
  });
});
