import { pino, type DestinationStream, type Logger } from 'pino';
import { loggableError } from './loggable-error.ts';

export type { Logger } from 'pino';

/**
 * A JSON logger, to stdout if nothing else is said. Secrets and URLs with parameters are never passed to it: routes are
 * logged as templates. Errors go under `err` or `error`, as they are: what may be said of them is chosen here.
 */
export function createLogger(component: string, level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { component },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: ['authorization', '*.authorization', 'headers', '*.token', '*.password'], remove: true },
    serializers: { err: serialize, error: serialize },
  };
  return destination ? pino(options, destination) : pino(options);
}

const serialize = (thrown: unknown) => loggableError(thrown);
