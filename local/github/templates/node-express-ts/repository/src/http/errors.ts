import type { ErrorRequestHandler, RequestHandler } from 'express';
import { RequestError } from '../errors.ts';

export const unknownRoute: RequestHandler = (_request, response) => {
  response.status(404).json({ error: { code: 'unknown_route', message: 'There is nothing at this address.' } });
};

/** Every error leaves as `{ error: { code, message } }`; what we did not expect is a 500 without details. */
export const errorHandler: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  if (error instanceof RequestError) {
    response.status(error.status).json({ error: { code: error.code, message: error.message } });
  } else if (isMalformedJson(error)) {
    response.status(422).json({ error: { code: 'invalid', message: 'The body is not valid JSON.' } });
  } else {
    console.error(error);
    response.status(500).json({ error: { code: 'internal', message: 'Something went wrong on our side.' } });
  }
};

function isMalformedJson(error: unknown): boolean {
  return error instanceof SyntaxError && 'body' in error;
}
