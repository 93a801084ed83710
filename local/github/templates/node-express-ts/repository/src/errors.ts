/** Something that the caller got wrong. The error handler turns it into `{ error: { code, message } }`. */
export class RequestError extends Error {
  readonly status: 404 | 409 | 422;
  readonly code: string;

  constructor(status: 404 | 409 | 422, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function notFound(what: string): RequestError {
  return new RequestError(404, 'not_found', `There is no such ${what}.`);
}

export function invalid(message: string): RequestError {
  return new RequestError(422, 'invalid', message);
}
