import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { randomOf } from '../chaos/scheduler.ts';
import { Pipe, type Weather } from './pipe.ts';

/** Either way, or each way its own. */
export interface Faults {
  readonly up?: Weather;
  readonly down?: Weather;
  /**
   * Half-open: both sides stay connected and nothing arrives any more, not even that the other has closed. A connection
   * that has lost something stays so after the fault, as one does whose router has forgotten it.
   */
  readonly swallow?: boolean;
  /** New connections are reset. */
  readonly refuse?: boolean;
}

/** Before the server hears of it, or after it has heard and before its answer is heard. */
export type Loss = 'request' | 'answer';

/** A place in a conversation to strike at: each pattern is in a piece from the client, in this order, on one connection. */
interface Trap {
  readonly patterns: readonly RegExp[];
  readonly loss: Loss;
  readonly sprung: () => void;
}

/** Stands before a server on loopback and makes the network bad; changes concern open connections too. */
export interface FaultProxy {
  readonly port: number;
  /** Connections that it holds, half-open ones too. */
  readonly open: number;
  /** Replaces the faults that were in force and forgets what `resetAt` still waits for; `{}` heals. */
  set(faults: Faults): void;
  /** Resets every open connection, both ways. */
  reset(): void;
  /** Resets one connection, once, when the last of `patterns` comes from its client. @returns resolves when it has */
  resetAt(patterns: readonly RegExp[], loss: Loss): Promise<void>;
  close(): Promise<void>;
}

/** The same seed draws the same jitter. */
export async function startFaultProxy(target: { port: number; host?: string }, seed = 1): Promise<FaultProxy> {
  const random = randomOf(seed);
  const links = new Set<Link>();
  const traps = new Set<Trap>();
  let faults: Faults = {};
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    if (faults.refuse) {
      client.on('error', () => undefined).resetAndDestroy();
      return;
    }
    const upstream = connect({ host: '127.0.0.1', ...target, allowHalfOpen: true, noDelay: true });
    const link = new Link({ client, server: upstream, random, traps, onGone: () => links.delete(link) });
    links.add(link);
    link.change(faults);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get open() {
      return links.size;
    },
    set(next) {
      faults = next;
      traps.clear();
      for (const link of links) link.change(next);
    },
    reset() {
      for (const link of links) link.reset();
    },
    resetAt: (patterns, loss) =>
      new Promise((resolve) => {
        traps.add({ patterns, loss, sprung: resolve });
      }),
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const link of links) link.reset();
      await closed;
    },
  };
}

interface LinkParts {
  readonly client: Socket;
  readonly server: Socket;
  readonly random: () => number;
  readonly traps: Set<Trap>;
  readonly onGone: () => void;
}

/** A client's connection and the one to the server that belongs to it. */
class Link {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #traps: Set<Trap>;
  readonly #up: Pipe;
  readonly #down: Pipe;
  readonly #seen = new Map<Trap, number>();
  #swallowing = false;
  #losesAnswer: Trap | undefined;

  constructor({ client, server, random, traps, onGone }: LinkParts) {
    this.#client = client;
    this.#server = server;
    this.#traps = traps;
    this.#up = new Pipe(server, random, () => this.reset());
    this.#down = new Pipe(client, random, () => this.reset());
    client.on('data', (bytes) => this.#fromClient(bytes)).on('end', () => this.#pass(this.#up, undefined));
    server.on('data', (bytes) => this.#fromServer(bytes)).on('end', () => this.#pass(this.#down, undefined));
    for (const socket of [client, server]) {
      socket.on('error', () => this.#swallowing || this.reset());
      socket.on('close', () => client.destroyed && server.destroyed && onGone());
    }
  }

  change({ up = {}, down = {}, swallow = false }: Faults): void {
    this.#swallowing ||= swallow;
    if (swallow) this.#stop();
    this.#up.change(up);
    this.#down.change(down);
  }

  reset(): void {
    this.#stop();
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
  }

  #fromClient(bytes: Buffer): void {
    const trap = this.#trapIn(bytes.toString('latin1'));
    if (trap?.loss === 'request') {
      this.reset();
      trap.sprung();
      return;
    }
    this.#losesAnswer ??= trap;
    this.#pass(this.#up, bytes);
  }

  #fromServer(bytes: Buffer): void {
    if (!this.#losesAnswer) {
      this.#pass(this.#down, bytes);
      return;
    }
    this.reset();
    this.#losesAnswer.sprung();
  }

  #trapIn(text: string): Trap | undefined {
    for (const trap of this.#traps) {
      const at = this.#seen.get(trap) ?? 0;
      if (!trap.patterns[at]?.test(text)) continue;
      this.#seen.set(trap, at + 1);
      if (at + 1 < trap.patterns.length) continue;
      this.#traps.delete(trap);
      return trap;
    }
    return undefined;
  }

  #pass(pipe: Pipe, bytes: Buffer | undefined): void {
    if (!this.#swallowing) pipe.push(bytes);
  }

  #stop(): void {
    this.#up.stop();
    this.#down.stop();
  }
}
