import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

/** A POST that was answered with success, and what a repeat with the same key must give again. */
export interface Accepted {
  readonly kind: 'simulation' | 'invitation' | 'submission' | 'test_run' | 'api_key' | 'claim';
  readonly id: string;
}

/** What clients were promised, in the order of the answers. */
export interface Ledger {
  readonly accepted: Accepted[];
  /** Everything secret that an answer held or a request carried. */
  readonly secrets: Set<string>;
  /** Repeats that gave another resource than the first answer. */
  readonly broken: string[];
  /** Tries that failed and were made again: shows that the blows hit somebody. */
  retries: number;
  /** POSTs that were sent twice. */
  doubles: number;
}

export interface Reply<T> {
  readonly status: number;
  readonly body: T;
}

export interface Post {
  readonly path: string;
  readonly body?: object;
  readonly session?: number;
  /** Answers besides 2xx that are final. */
  readonly final?: readonly number[];
  /** Without one, repeats are safe by themselves. */
  readonly key?: string;
}

interface Sent {
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const GIVE_UP_MS = 120_000; // far longer than any part is away: who gives up has found something
const CALL_LIMIT_MS = 30_000;
const LONGEST_WAIT_MS = 1_000;

/** Asks until it is answered, with the same Idempotency-Key, as a client that was told to retry does. */
export class ApiClient {
  readonly #base: string;
  readonly #token: string;
  readonly ledger: Ledger;

  constructor(base: string, token: string, ledger: Ledger) {
    this.#base = base;
    this.#token = token;
    this.ledger = ledger;
    ledger.secrets.add(token);
  }

  async post<T>({ path, body = {}, session, final = [], key = randomUUID() }: Post): Promise<Reply<T>> {
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': key,
      ...(session !== undefined && { 'x-candidate-session-id': String(session) }),
    };
    return this.#untilAnswered<T>(`POST ${path}`, final, () =>
      this.#call<T>(path, { method: 'POST', headers, body: JSON.stringify(body) }),
    );
  }

  /** The same POST twice, in turn one after the other and both at once: the second must name the same resource. */
  async postTwice<T>(post: Post, idOf: (body: T) => number): Promise<T> {
    const key = randomUUID();
    const send = (): Promise<Reply<T>> => this.post<T>({ ...post, key });
    const atOnce = (this.ledger.doubles += 1) % 2 === 0;
    const [first, second] = atOnce ? await Promise.all([send(), send()]) : [await send(), await send()];
    if (idOf(first.body) !== idOf(second.body)) {
      this.ledger.broken.push(`POST ${post.path} gave ${idOf(first.body)}, its repeat ${idOf(second.body)}`);
    }
    return first.body;
  }

  async get<T>(path: string, session?: number): Promise<T> {
    const headers = session === undefined ? {} : { 'x-candidate-session-id': String(session) };
    return (await this.#untilAnswered<T>(`GET ${path}`, [], () => this.#call<T>(path, { headers }))).body;
  }

  async #untilAnswered<T>(what: string, final: readonly number[], call: () => Promise<Reply<T>>): Promise<Reply<T>> {
    const end = performance.now() + GIVE_UP_MS;
    for (let waitMs = 100; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      const answer = await call().catch((error: unknown) => String(error));
      const isReply = typeof answer !== 'string';
      if (isReply && (answer.status < 300 || final.includes(answer.status))) return answer;
      const told = isReply ? `${answer.status} ${JSON.stringify(answer.body)}` : answer;
      const passes = !isReply || answer.status >= 500 || answer.status === 409 || answer.status === 429;
      if (!passes || performance.now() > end) throw new Error(`${what}: ${told}`);
      this.ledger.retries += 1;
      await pause(waitMs);
    }
  }

  async #call<T>(path: string, init: Sent): Promise<Reply<T>> {
    const headers = { ...init.headers, authorization: `Bearer ${this.#token}` };
    const signal = AbortSignal.timeout(CALL_LIMIT_MS);
    const response = await fetch(`${this.#base}${path}`, { ...init, headers, signal });
    return { status: response.status, body: (await response.json()) as T };
  }
}
