/** An answer of the public API. */
export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly body: T;
}

/** Calls the API over HTTP as one person. */
export type Call = <T = Record<string, unknown>>(
  method: 'GET' | 'POST',
  path: string,
  options?: { readonly body?: object; readonly session?: number; readonly expect?: readonly number[] },
) => Promise<Answer<T>>;

/** @throws when an answer's status is not one of `expect` (200 and 201 if not given) */
export function apiClient(baseUrl: string, token: string): Call {
  return async <T>(method: string, path: string, { body, session, expect = [200, 201] }: Options = {}) => {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(session !== undefined && { 'x-candidate-session-id': String(session) }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(95_000),
    });
    const answer = (await response.json()) as T;
    if (!expect.includes(response.status)) {
      throw new Error(`${method} ${path} answered ${response.status}: ${JSON.stringify(answer)}`);
    }
    return { status: response.status, body: answer };
  };
}

interface Options {
  readonly body?: object;
  readonly session?: number;
  readonly expect?: readonly number[];
}

/** Asks again until `look` gives something, with a limit that names what was waited for. */
export async function eventually<T>(what: string, limitMs: number, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`waited ${limitMs / 1000} s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
