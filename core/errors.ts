import { errorCatalogue, type ErrorCode } from './error-catalogue.ts';

export interface ErrorDetails {
  /** Seconds after which a retry makes sense; sent as `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** Extra members of the problem document, camelCase. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** What went wrong below; logged, never sent. */
  readonly cause?: unknown;
}

/** The one error that callers of Tenon may see. Status, title and retryability come from the catalogue. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | undefined;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string = errorCatalogue[code].title, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = errorCatalogue[code].status;
    this.retryable = errorCatalogue[code].retryable;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.extra = details.extra ?? {};
  }
}

/** A message of anything that was thrown, for logs and rows. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
