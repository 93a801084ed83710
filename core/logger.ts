import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/** A JSON logger. Secrets and URLs with parameters are never passed to it: routes are logged as templates. */
export function createLogger(component: string, level: string): Logger {
  return pino({
    level,
    base: { component },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: ['authorization', '*.authorization', 'headers', '*.token', '*.password'], remove: true },
    serializers: { err: pino.stdSerializers.err, error: pino.stdSerializers.err },
  });
}
