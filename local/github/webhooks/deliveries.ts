import fs from 'node:fs/promises';
import path from 'node:path';

/** One attempt to deliver an event to a hook. */
export interface Delivery {
  id: number;
  hookId: number;
  guid: string;
  deliveredAt: string;
  redelivery: boolean;
  durationSeconds: number;
  /** `OK`, or what went wrong, as GitHub words it. */
  status: string;
  /** 0 when no answer came. */
  statusCode: number;
  event: string;
  action: string | null;
  repositoryId: number | null;
  requestHeaders: Record<string, string>;
  payload: Record<string, unknown>;
  responseHeaders: Record<string, string>;
  responseBody: string;
}

const keptDeliveries = 500;

/** The last 500 deliveries: each a file of its own, so that a busy log never rewrites the state. Newest last. */
export interface DeliveryLog {
  add(delivery: Delivery): Promise<void>;
  all(): readonly Delivery[];
}

export async function openDeliveryLog(dir: string): Promise<DeliveryLog> {
  await fs.mkdir(dir, { recursive: true });
  const fileOf = (id: number): string => path.join(dir, `${id}.json`);
  const ids = (await fs.readdir(dir))
    .map((name) => Number(/^(\d+)\.json$/.exec(name)?.[1]))
    .filter(Number.isInteger)
    .sort((a, b) => a - b);
  const kept: Delivery[] = [];
  for (const id of ids) kept.push(JSON.parse(await fs.readFile(fileOf(id), 'utf8')) as Delivery);

  return {
    all: () => kept,
    async add(delivery) {
      kept.push(delivery);
      const dropped = kept.splice(0, Math.max(0, kept.length - keptDeliveries));
      await fs.writeFile(`${fileOf(delivery.id)}.new`, JSON.stringify(delivery), { mode: 0o600 });
      await fs.rename(`${fileOf(delivery.id)}.new`, fileOf(delivery.id));
      await Promise.all(dropped.map(({ id }) => fs.rm(fileOf(id), { force: true })));
    },
  };
}
