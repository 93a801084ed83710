import { randomBytes } from 'node:crypto';

/** What goes wrong with the calls of one route (or of all REST calls). */
export interface Fault {
  /** `METHOD /repos/{owner}/{repo}/…` as in GitHub's description, or a git route's name; absent: every REST call. */
  route?: string;
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** How many calls; absent: until the faults are cleared. */
  times?: number;
  rateLimited?: 'primary' | 'secondary';
  /** Waited before the answer; alone it only slows the call down. */
  latencyMs?: number;
  /** Accept the call and never answer. */
  hang?: boolean;
  /** Destroy the connection. */
  drop?: boolean;
}

export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  /** The fault that concerns this call, used up by it. */
  take(route: string, isRest: boolean): Fault | undefined;
}

export function createFaults(): Faults {
  let list: Fault[] = [];
  return {
    add: (fault) => void list.push({ ...fault }),
    clear: () => void (list = []),
    take(route, isRest) {
      const fault = list.find((candidate) => (candidate.route === undefined ? isRest : candidate.route === route));
      if (fault?.times !== undefined) {
        fault.times -= 1;
        if (fault.times <= 0) list = list.filter((other) => other !== fault);
      }
      return fault;
    },
  };
}

/** Looks like a token and is none: whoever shows or logs it has leaked the body of a far side's error. */
function tokenLike(): string {
  return ['ghp', randomBytes(18).toString('hex')].join('_');
}

export interface FaultAnswer {
  status: number;
  body: unknown;
  headers: Record<string, string>;
}

/** The answer of a fault; null when the call only gets slower. */
export function faultAnswer(fault: Fault): FaultAnswer | null {
  const headers = fault.headers ?? {};
  if (fault.rateLimited === 'primary') {
    const reset = String(Math.floor(Date.now() / 1000) + 60);
    return {
      status: fault.status ?? 403,
      body: fault.body ?? {
        message: 'API rate limit exceeded for user ID 1.',
        documentation_url: 'https://docs.github.com/rest',
      },
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset, ...headers },
    };
  }
  if (fault.rateLimited === 'secondary') {
    const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
    return {
      status: fault.status ?? 403,
      body: fault.body ?? { message, documentation_url: 'https://docs.github.com/rest' },
      headers: { 'retry-after': '60', ...headers },
    };
  }
  if (fault.status === undefined) return null;
  const body = fault.body ?? { message: `Something went wrong for ${tokenLike()}`, status: String(fault.status) };
  return { status: fault.status, body, headers };
}
