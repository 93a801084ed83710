export const webhookModes = ['normal', 'lose', 'double', 'reorder', 'hold'] as const;
export type WebhookMode = (typeof webhookModes)[number];

export interface Gate<T> {
  admit(parcel: T): void;
  setMode(mode: WebhookMode, count?: number): void;
  release(): number;
}

/** Stands between events and their sending, so that a test can lose, double, reorder or hold them. */
export function createGate<T>(send: (parcel: T, lost: boolean) => void): Gate<T> {
  let mode: WebhookMode = 'normal';
  /** How many parcels the mode still concerns; null: all. */
  let left: number | null = null;
  let batch = 2;
  const held: T[] = [];

  function release(): number {
    const parcels = mode === 'reorder' ? held.splice(0).reverse() : held.splice(0);
    for (const parcel of parcels) send(parcel, false);
    return parcels.length;
  }

  function backToNormal(): void {
    mode = 'normal';
    left = null;
  }

  return {
    admit(parcel) {
      if (mode === 'normal') return send(parcel, false);
      if (mode === 'hold' || mode === 'reorder') held.push(parcel);
      else send(parcel, mode === 'lose');
      if (mode === 'double') send(parcel, false);
      if (mode === 'reorder' && held.length >= batch) release();
      if (left !== null) left -= 1;
      if (left === 0) backToNormal();
    },
    setMode(newMode, count) {
      release();
      mode = newMode;
      left = newMode === 'normal' ? null : (count ?? null);
      batch = Math.max(2, count ?? 2);
    },
    release() {
      const released = release();
      backToNormal();
      return released;
    },
  };
}
