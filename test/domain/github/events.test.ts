import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { idIn, timeIn } from '../../../domain/github/fields.ts';
import { actionOf, eventLabel, readGithubEvent } from '../../../domain/github/events.ts';
import { propertyRun } from '../../adapters/artifacts/property.ts';

describe('reading GitHub’s events', () => {
  it('takes times as GitHub writes them, and nothing that is none', () => {
    const read = (at: unknown): string | null => timeIn({ at }, 'at');
    const told = '2026-01-01T00:00:00.000Z';
    for (const at of [1_767_225_600, '2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01:00']) assert.equal(read(at), told);
    for (const at of [0, -1, Number.NaN, 1e300, '', 'today', '2026', '2026-13-45T99:00:00Z', null, {}, undefined])
      assert.equal(read(at), null, JSON.stringify(at));
  });

  it('takes ids that are told apart', () => {
    assert.equal(idIn({ id: 18_400_000_001 }, 'id'), '18400000001');
    for (const id of [0, -1, 0.5, 2 ** 53, '1', null, [], Number.NaN]) assert.equal(idIn({ id }, 'id'), null);
  });

  it('has few labels, whatever is sent', () => {
    for (const event of ['push', 'ping', 'installation_repositories']) assert.equal(eventLabel(event), event);
    for (const event of ['star', 'toString', '__proto__', '']) assert.equal(eventLabel(event), 'other');
    assert.equal(actionOf({ action: 'x'.repeat(51) }), null);
    assert.equal(actionOf([{ action: 'created' }]), null);
  });

  it('throws at no payload', () => {
    const events = fc.constantFrom('workflow_run', 'push', 'repository', 'installation', 'installation_repositories');
    fc.assert(
      fc.property(events, fc.jsonValue(), (event, payload) => {
        assert.ok(['object'].includes(typeof readGithubEvent(event, payload)));
      }),
      propertyRun(),
    );
  });
});
