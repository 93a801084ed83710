/** Makes `Date` of this process differ from the true time by what `offsetMs` gives; @returns undoes it. Timers and `performance` go on as they were. */
export function shiftDate(offsetMs: () => number): () => void {
  const Real = globalThis.Date;
  class Shifted extends Real {
    constructor(...given: readonly unknown[]) {
      if (given.length === 0) super(Shifted.now());
      else super(...(given as [number]));
    }

    static override now(): number {
      return Real.now() + offsetMs();
    }

    static override [Symbol.hasInstance](value: unknown): boolean {
      return Object.prototype.toString.call(value) === '[object Date]'; // also those made before
    }
  }
  globalThis.Date = Shifted as unknown as DateConstructor;
  return () => {
    globalThis.Date = Real;
  };
}

/** Runs `work` in a process whose clock has jumped. */
export async function withClock<T>(offsetMs: number, work: () => Promise<T>): Promise<T> {
  const undo = shiftDate(() => offsetMs);
  try {
    return await work();
  } finally {
    undo();
  }
}
