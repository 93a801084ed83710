import type { WorkflowHandle } from '@temporalio/client';
import proto from '@temporalio/proto'; // CommonJS: its names are not seen by an import of one

const { EventType } = proto.temporal.api.enums.v1;

/** Where a workflow's history stood still for longest: the events on both sides and the milliseconds between. */
export async function longestGap(handle: WorkflowHandle): Promise<string> {
  const { events } = await handle.fetchHistory();
  const moments = (events ?? []).map(({ eventType, eventTime }) => ({
    name: EventType[eventType ?? 0]?.replace('EVENT_TYPE_', '') ?? '?',
    atMs: Number(eventTime?.seconds ?? 0) * 1_000 + (eventTime?.nanos ?? 0) / 1e6,
  }));
  const gaps = moments
    .slice(1)
    .map((after, at) => ({ after, before: moments[at], ms: after.atMs - (moments[at]?.atMs ?? 0) }));
  const longest = gaps.toSorted((a, b) => b.ms - a.ms)[0];
  if (!longest) return 'no history';
  return `${longest.ms.toFixed(0)} ms between ${longest.before?.name} and ${longest.after.name}`;
}
