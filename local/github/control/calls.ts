/** One call that the server received: what a test counts on the far side. */
export interface ReceivedCall {
  at: string;
  method: string;
  path: string;
  /** The route's name, null when no route fits. */
  route: string | null;
  /** 0: the connection was dropped or never answered. */
  status: number;
  login: string | null;
}

const keptCalls = 5000;

export interface Calls {
  add(call: ReceivedCall): void;
  all(): readonly ReceivedCall[];
  /** Calls since the last clear, per route; counted beyond those that are kept. */
  counts(): Record<string, number>;
  /** The same per status. */
  statuses(): Record<string, number>;
  clear(): void;
}

export function createCalls(): Calls {
  const kept: ReceivedCall[] = [];
  const counts = new Map<string, number>();
  const statuses = new Map<string, number>();
  return {
    add(call) {
      kept.push(call);
      if (kept.length > keptCalls) kept.shift();
      const name = call.route ?? `${call.method} (unknown)`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      statuses.set(String(call.status), (statuses.get(String(call.status)) ?? 0) + 1);
    },
    all: () => kept,
    counts: () => Object.fromEntries(counts),
    statuses: () => Object.fromEntries(statuses),
    clear() {
      kept.length = 0;
      counts.clear();
      statuses.clear();
    },
  };
}
