import type { WorkflowHandle } from '@temporalio/client';
import proto from '@temporalio/proto'; // CommonJS: its names are not seen by an import of one

const { EventType } = proto.temporal.api.enums.v1;

/** An event of a history by its name without `EVENT_TYPE_`, and when it was written, in ms since 1970. */
export interface EventTime {
  readonly name: string;
  readonly atMs: number;
}

/** The events of a workflow's history, in order. */
export async function eventTimes(handle: WorkflowHandle): Promise<EventTime[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).map(({ eventType, eventTime }) => ({
    name: EventType[eventType ?? 0]?.replace('EVENT_TYPE_', '') ?? '?',
    atMs: Number(eventTime?.seconds ?? 0) * 1_000 + (eventTime?.nanos ?? 0) / 1e6,
  }));
}

/**
 * Where a workflow's history stood still for longest: the events on both sides and the milliseconds between. From the last
 * event of the name `from` on, where one is given.
 */
export async function longestGap(handle: WorkflowHandle, from?: string): Promise<string> {
  const all = await eventTimes(handle);
  const moments = all.slice(
    Math.max(
      0,
      all.findLastIndex(({ name }) => name === from),
    ),
  );
  const gaps = moments
    .slice(1)
    .map((after, at) => ({ after, before: moments[at], ms: after.atMs - (moments[at]?.atMs ?? 0) }));
  const longest = gaps.toSorted((a, b) => b.ms - a.ms)[0];
  if (!longest) return 'no history';
  return `${longest.ms.toFixed(0)} ms between ${longest.before?.name} and ${longest.after.name}`;
}
