/** An answer that is not a success, in GitHub's shape. */
export class GithubError extends Error {
  readonly status: number;
  readonly errors: readonly FieldError[] | undefined;
  constructor(status: number, message: string, errors?: readonly FieldError[]) {
    super(message);
    this.name = 'GithubError';
    this.status = status;
    this.errors = errors;
  }
}

export interface FieldError {
  resource: string;
  code: 'missing_field' | 'invalid' | 'already_exists' | 'custom' | 'unprocessable';
  field: string;
  message?: string;
}

export function errorBody(error: GithubError): Record<string, unknown> {
  return {
    message: error.message,
    ...(error.errors && { errors: error.errors }),
    documentation_url: 'https://docs.github.com/rest',
    status: String(error.status),
  };
}

export function notFound(message = 'Not Found'): GithubError {
  return new GithubError(404, message);
}

export function forbidden(message: string): GithubError {
  return new GithubError(403, message);
}

export function unprocessable(message: string, errors?: readonly FieldError[]): GithubError {
  return new GithubError(422, message, errors);
}

export function validationFailed(error: FieldError): GithubError {
  return unprocessable('Validation Failed', [error]);
}
