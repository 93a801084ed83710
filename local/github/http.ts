import type { IncomingMessage, ServerResponse } from 'node:http';
import getRawBody from 'raw-body';

const maxBodyBytes = 32 * 1024 * 1024;

/** A request whose body is no JSON object, or too large. */
export class BadBody extends Error {}

/** The JSON object of a request; an empty body is an empty object. */
export async function readJsonBody(req: IncomingMessage): Promise<Record<string, unknown>> {
  const text = await getRawBody(req, { limit: maxBodyBytes, encoding: 'utf8' }).catch((error: unknown) => {
    throw new BadBody('the body cannot be read', { cause: error });
  });
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // told below, as for any other body that is not an object
  }
  throw new BadBody('the body is not a JSON object');
}

export function sendJson(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (res.destroyed || res.headersSent) return;
  const text = JSON.stringify(body);
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(text);
}
