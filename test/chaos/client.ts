import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

/** A POST that was answered with success, and what a repeat with the same key must give again. */
export interface Accepted {
  readonly kind: 'simulation' | 'invitation' | 'submission' | 'test_run' | 'api_key' | 'claim' | 'member';
  readonly id: string;
}

/** What clients were promised, in the order of the answers. */
export interface Ledger {
  readonly accepted: Accepted[];
  /** Everything secret that an answer held or a request carried. */
  readonly secrets: Set<string>;
  /** Repeats that gave another resource than the first answer. */
  readonly broken: string[];
  /** Workflows that an operator cancelled: these end so. */
  readonly cancelled: Set<string>;
  /** Tries that failed and were made again: shows that the blows hit somebody. */
  retries: number;
  /** POSTs that were sent twice. */
  doubles: number;
  /** Hears of each answer, and of each call that got none. */
  onAnswer?: (answer: Answer) => void;
}

export interface Answer {
  /** E.g. `POST /api/simulations`. */
  readonly what: string;
  /** Undefined when there was no answer. */
  readonly status: number | undefined;
  readonly contentType: string;
  readonly body: unknown;
  readonly tookMs: number;
}

export interface Reply<T> {
  readonly status: number;
  readonly body: T;
  /** How often it was asked until this came. */
  readonly tries: number;
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

const GIVE_UP_MS = 200_000; // far longer than any part is away, or struck again and again: who gives up has found something
const CALL_LIMIT_MS = 30_000;
const LONGEST_WAIT_MS = 1_000;

/** Asks one address after the other until it is answered, with the same Idempotency-Key, as a client that was told to retry does. */
export class ApiClient {
  readonly #bases: readonly string[];
  #calls = 0;
  readonly #token: string;
  readonly ledger: Ledger;

  constructor(bases: readonly string[], token: string, ledger: Ledger) {
    this.#bases = bases;
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
  async postTwice<T>(post: Post, idOf: (body: T) => number | string): Promise<T> {
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

  async #untilAnswered<T>(
    what: string,
    final: readonly number[],
    call: () => Promise<Omit<Reply<T>, 'tries'>>,
  ): Promise<Reply<T>> {
    const end = performance.now() + GIVE_UP_MS;
    for (let waitMs = 100, tries = 1; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS), tries += 1) {
      const answer = await call().catch((error: unknown) => String(error));
      const isReply = typeof answer !== 'string';
      if (isReply && (answer.status < 300 || final.includes(answer.status))) return { ...answer, tries };
      const told = isReply ? `${answer.status} ${JSON.stringify(answer.body)}` : answer;
      const passes = !isReply || answer.status >= 500 || answer.status === 409 || answer.status === 429;
      if (!passes || performance.now() > end) throw new Error(`${what}: ${told}`);
      this.ledger.retries += 1;
      await pause(waitMs);
    }
  }

  async #call<T>(path: string, init: Sent): Promise<Omit<Reply<T>, 'tries'>> {
    const headers = { ...init.headers, authorization: `Bearer ${this.#token}` };
    const signal = AbortSignal.timeout(CALL_LIMIT_MS);
    const startedAt = performance.now();
    let answer: Omit<Answer, 'what' | 'tookMs'> = { status: undefined, contentType: '', body: undefined };
    try {
      const base = this.#bases[(this.#calls += 1) % this.#bases.length] ?? '';
      const response = await fetch(`${base}${path}`, { ...init, headers, signal });
      const body = (await response.json()) as T;
      answer = { status: response.status, contentType: response.headers.get('content-type') ?? '', body };
      return { status: response.status, body };
    } finally {
      const what = `${init.method ?? 'GET'} ${path}`;
      this.ledger.onAnswer?.({ ...answer, what, tookMs: performance.now() - startedAt });
    }
  }
}
