/** A token that ends by itself. Times are in milliseconds of the cache's own clock. */
export interface LivingToken {
  readonly token: string;
  /** `owner/name` that it is cut to; undefined: all of the installation's. */
  readonly repo: string | undefined;
  readonly bornAtMs: number;
  readonly endsAtMs: number;
}

export interface TokenCacheOptions {
  readonly now: () => number;
  /** The longest unused falls out when there are more. */
  readonly max: number;
  /** A token with less than this left is asked for anew. */
  readonly renewMs: number;
  /** Told of each living token that falls out. */
  readonly discard: (token: LivingToken) => void;
}

/** Tokens by what they are cut to. One request for many callers; a failed one is not kept. */
export function tokenCache({ now, max, renewMs, discard }: TokenCacheOptions) {
  const kept = new Map<string, LivingToken>(); // the longest unused first
  const asked = new Map<string, Promise<LivingToken>>();

  function keep(key: string, token: LivingToken): void {
    kept.delete(key);
    kept.set(key, token);
    for (const [oldKey, old] of kept) {
      if (kept.size <= max) break;
      kept.delete(oldKey);
      if (old.endsAtMs > now()) discard(old);
    }
  }

  return {
    async get(key: string, ask: () => Promise<LivingToken>): Promise<LivingToken> {
      const known = kept.get(key);
      if (known && known.endsAtMs - renewMs > now()) {
        keep(key, known);
        return known;
      }
      const pending = asked.get(key);
      if (pending) return pending;
      const asking = ask()
        .then((token) => {
          keep(key, token);
          return token;
        })
        .finally(() => asked.delete(key));
      asked.set(key, asking);
      return asking;
    },
    /** GitHub has refused this very token. */
    drop(key: string, { token }: LivingToken): void {
      if (kept.get(key)?.token === token) kept.delete(key);
    },
    /** Takes out those that live and are wanted. */
    take(wanted: (token: LivingToken) => boolean): LivingToken[] {
      const taken = [...kept].filter(([, token]) => wanted(token));
      for (const [key] of taken) kept.delete(key);
      return taken.map(([, token]) => token).filter(({ endsAtMs }) => endsAtMs > now());
    },
    /** Waits for what is being asked for, whatever comes of it. */
    async settled(): Promise<void> {
      await Promise.allSettled(asked.values());
    },
  };
}
