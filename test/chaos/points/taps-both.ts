import { Server, type IncomingMessage, type ServerResponse } from 'node:http';
import { WorkflowClient } from '@temporalio/client';
import { Client } from 'pg';
import { doing, ended, midway, reach, type Doing } from './reach.ts';

/** What the open transaction of a connection has put into the outbox, or marked there: ids of entries. */
interface Unit {
  written: string[];
  marked: string[];
}

const units = new WeakMap<object, Unit>();
/** The newest entry of each workflow that this process has written or leased. */
const entryOf = new Map<string, string>();
const victimOf = (id: string): string => `outbox:${id}`;

type Callback = (error: unknown, result: unknown) => void;
interface Rows {
  readonly rows?: readonly { readonly id?: string; readonly workflow_id?: string }[];
}

/** Sees COMMIT, and the statements that write, lease and mark outbox entries. */
export function tapDatabase(): void {
  const { prototype } = Client;
  const original = Reflect.get(prototype, 'query') as (...args: unknown[]) => unknown;
  prototype.query = function tapped(this: Client, ...args: unknown[]): unknown {
    const [first, second] = args;
    const callback = args.at(-1);
    const text = typeof first === 'string' ? first : (first as { readonly text?: unknown } | undefined)?.text;
    if (typeof text !== 'string') return original.apply(this, args);
    const values = Array.isArray(second) ? (second as unknown[]) : [];
    const now = doing.getStore(); // the answer is heard in the context of whoever opened the connection
    const unit = unitOf(this, text);
    beforeQuery(unit, text, values, now);
    const then = (result: unknown): void =>
      afterQuery(unit, text, values, (Array.isArray(result) ? result.at(-1) : result) as Rows, now);
    if (typeof callback !== 'function') {
      return (original.apply(this, args) as Promise<unknown>).then((result) => {
        then(result);
        return result;
      });
    }
    const wrapped: Callback = (error, result) => {
      if (!error) then(result);
      (callback as Callback)(error, result);
    };
    return original.apply(this, [...args.slice(0, -1), wrapped]);
  } as typeof prototype.query;
}

/** Asked when a statement is sent: the next unit may have begun on the connection before a read's COMMIT is answered. */
function unitOf(connection: object, text: string): Unit | undefined {
  if (text.startsWith('START TRANSACTION')) units.set(connection, { written: [], marked: [] });
  return units.get(connection);
}

function beforeQuery(unit: Unit | undefined, text: string, values: readonly unknown[], now: Doing | undefined): void {
  if (!unit) return;
  if (text.startsWith('update outbox o')) unit.marked = values[1] as string[];
  if (text !== 'COMMIT') return;
  midway(now, 'commit');
  // a webhook's victim is nobody's request: GitHub does not repeat it, so the workflow has to find out by itself
  if (now?.kind === 'request' && unit.written.length > 0) {
    const workflows = [...entryOf].filter(([, id]) => unit.written.includes(id)).map(([name]) => `closed:${name}`);
    reach(`${now.label}.commit`, now.label === 'webhook' ? workflows : [now.victim]);
  }
}

function afterQuery(
  unit: Unit | undefined,
  text: string,
  values: readonly unknown[],
  { rows = [] }: Rows,
  now: Doing | undefined,
): void {
  if (text.includes('insert into outbox') && unit) {
    unit.written = rows.map(({ id }) => String(id));
    noteEntries(unit.written, values[1]);
  } else if (text.startsWith('update outbox set lease_until') && rows.length > 0) {
    for (const { id, workflow_id } of rows) entryOf.set(workflow_id ?? '', id ?? '');
    reach(
      'relay.leased',
      rows.map(({ id }) => victimOf(id ?? '')),
    );
  } else if (text.startsWith('update outbox set delivered_at')) {
    reach('relay.marked', []);
  } else if (text === 'COMMIT' && unit) {
    if (!now) return;
    const { victim } = now;
    const label = writerOf(now);
    if (unit.written.length > 0) reach(`${label}.committed`, [victim, ...unit.written.map(victimOf)]);
    if (unit.marked.length > 0) reach(`${label}.marked`, [victim]);
  }
}

/** Who writes to the outbox: a request, or an activity of a worker. */
function writerOf(now: Doing): 'api' | 'webhook' | 'worker' {
  return now.kind === 'request' ? now.label : 'worker';
}

function noteEntries(ids: readonly string[], messages: unknown): void {
  if (!Array.isArray(messages)) return;
  const sorted = [...ids].sort((a, b) => Number(BigInt(a) - BigInt(b)));
  for (const [at, message] of (messages as string[]).entries()) {
    const { start } = JSON.parse(message) as { start: { workflowId: string } };
    entryOf.set(start.workflowId, sorted[at] ?? '');
  }
}

/** Sees that Temporal has taken a start or a signal. */
export function tapDeliveries(): void {
  const { prototype } = WorkflowClient;
  for (const method of ['start', 'signalWithStart'] as const) {
    const original = Reflect.get(prototype, method) as (...args: unknown[]) => Promise<unknown>;
    prototype[method] = async function tapped(this: WorkflowClient, ...args: unknown[]): Promise<unknown> {
      const taken = await original.apply(this, args);
      const now = doing.getStore();
      const { workflowId } = args[1] as { workflowId: string };
      const entry = victimOf(entryOf.get(workflowId) ?? '');
      if (!now) reach('relay.delivered', [entry]);
      else reach(`${writerOf(now)}.delivered`, [now.victim, entry]);
      return taken;
    } as never;
  }
}

/** Knows of each query and delivery which request it serves; sees answers leave. */
export function tapRequests(): void {
  const original = Reflect.get(Server.prototype, 'emit') as (...args: unknown[]) => boolean;
  Server.prototype.emit = function tapped(this: Server, event: string, ...args: unknown[]): boolean {
    if (event !== 'request') return original.call(this, event, ...args);
    const [request, response] = args as [IncomingMessage, ServerResponse];
    const isWebhook = request.url?.startsWith('/api/github/webhooks') ?? false;
    const key = request.headers['idempotency-key'];
    const victim =
      typeof key === 'string'
        ? `request:${key} ${request.method} ${request.url?.replace(/[\w-]{20,}/g, '…')}`
        : undefined;
    const end = Reflect.get(response, 'end') as (...args: unknown[]) => ServerResponse;
    if (victim !== undefined) {
      response.end = function tappedEnd(this: ServerResponse, ...last: unknown[]) {
        if (this.statusCode < 300) reach('api.answer', [victim]);
        if (this.statusCode < 500) ended(victim);
        return end.apply(this, last);
      } as typeof response.end;
    }
    const label = isWebhook ? 'webhook' : 'api';
    return doing.run({ kind: 'request', label, victim }, () => original.call(this, event, ...args));
  };
}
