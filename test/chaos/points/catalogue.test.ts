import assert from 'node:assert/strict';
import { allActivities, type ActivityParts } from '../../../activities/index.ts';
import { activityPlaces, points } from './catalogue.ts';

/** Whatever an activity needs: none is called here. */
const nothing: unknown = new Proxy(() => nothing, { get: () => nothing });

describe('the named points of chaos runs', () => {
  it('surround every activity that a worker registers, unless a reason says why not', () => {
    const registered = Object.keys(allActivities(nothing as ActivityParts)).sort();
    assert.ok(registered.length > 10, registered.join());
    assert.deepEqual(Object.keys(activityPlaces).sort(), registered);
    const struck = (name: string): string[] =>
      points.map((point) => point.name).filter((point) => point.startsWith(`activity.${name}.`));
    for (const [name, place] of Object.entries(activityPlaces)) {
      if (typeof place === 'string') assert.ok(place.length > 20, `a reason why ${name} is not struck`);
      else
        assert.deepEqual(
          struck(name),
          ['before', 'during', 'after'].map((moment) => `activity.${name}.${moment}`),
        );
    }
  });

  it('have names of their own, fit for files, and what is armed with one is one', () => {
    const names = new Set(points.map(({ name }) => name));
    assert.equal(names.size, points.length);
    for (const { name, after } of points) {
      assert.match(name, /^[a-z]+(\.[A-Za-z]+){1,2}$/);
      assert.ok(after === undefined || names.has(after), `${name} follows ${after}`);
    }
  });
});
