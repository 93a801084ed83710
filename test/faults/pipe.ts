import type { Socket } from 'node:net';

/** What happens to the bytes of one direction. */
export interface Weather {
  readonly latencyMs?: number;
  /** Up to so much more, drawn anew for each piece. */
  readonly jitterMs?: number;
  readonly bytesPerSecond?: number;
  /** The connection is reset once so many more bytes have passed. */
  readonly cutAfterBytes?: number;
}

interface Piece {
  /** Undefined is the end of the stream. */
  readonly bytes: Buffer | undefined;
  readonly dueAtMs: number;
}

/** One direction of a connection: hands on what comes, in its order, late where the weather says so. */
export class Pipe {
  readonly #to: Socket;
  readonly #random: () => number;
  readonly #onCut: () => void;
  readonly #queue: Piece[] = [];
  #weather: Weather = {};
  #leftBytes = Infinity;
  #lastDueMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(to: Socket, random: () => number, onCut: () => void) {
    this.#to = to;
    this.#random = random;
    this.#onCut = onCut;
  }

  /** Counts from now on; what is under way already keeps its time. */
  change(weather: Weather): void {
    this.#weather = weather;
    this.#leftBytes = weather.cutAfterBytes ?? Infinity;
  }

  push(bytes: Buffer | undefined): void {
    const { latencyMs = 0, jitterMs = 0, bytesPerSecond = Infinity } = this.#weather;
    const arrivesMs = performance.now() + latencyMs + jitterMs * this.#random();
    const takesMs = ((bytes?.length ?? 0) / bytesPerSecond) * 1_000;
    this.#lastDueMs = Math.max(this.#lastDueMs, arrivesMs) + takesMs; // never before what came first
    this.#queue.push({ bytes, dueAtMs: this.#lastDueMs });
    this.#drain();
  }

  /** Loses what is under way. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#queue.length = 0;
  }

  #drain(): void {
    clearTimeout(this.#timer);
    for (let next = this.#queue[0]; next; next = this.#queue[0]) {
      const waitMs = next.dueAtMs - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#drain(), Math.ceil(waitMs));
        return;
      }
      this.#queue.shift();
      this.#deliver(next.bytes);
    }
  }

  #deliver(bytes: Buffer | undefined): void {
    if (!bytes) {
      this.#to.end();
      return;
    }
    const passing = bytes.subarray(0, this.#leftBytes);
    this.#leftBytes -= passing.length;
    const isCut = passing.length < bytes.length || this.#leftBytes === 0;
    this.#to.write(passing, () => isCut && this.#onCut());
  }
}
