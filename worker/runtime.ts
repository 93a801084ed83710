import { DefaultLogger, Runtime, makeTelemetryFilterString, type LogLevel } from '@temporalio/worker';
import { loggableText } from '../core/loggable-error.ts';
import type { Logger } from '../core/logger.ts';

/** The SDK's INFO is about its own comings and goings. */
const LEVELS = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'debug',
  WARN: 'warn',
  ERROR: 'error',
} as const satisfies Record<LogLevel, string>;

/** As intended: the mail queue's worker runs activities only. */
const INTENDED = /^No workflows registered/;

/** Hands the SDK's lines to ours. Its messages quote errors, so they are treated like one. */
export function sdkLogger(log: Logger): DefaultLogger {
  return new DefaultLogger('DEBUG', ({ level, message, meta }) => {
    const { taskToken: _noise, ...facts } = meta ?? {};
    log[INTENDED.test(message) ? 'debug' : LEVELS[level]](facts, loggableText(message));
  });
}

/** Once a process, before the first connection: the SDK's log lines go to ours, its metrics to `metricsAddress`. */
export function installRuntime(log: Logger, metricsAddress: string): void {
  Runtime.install({
    logger: sdkLogger(log),
    shutdownSignals: [], // the whole process stops in one order, see run.ts
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'WARN' }), forward: {} },
      metrics: { prometheus: { bindAddress: metricsAddress, countersTotalSuffix: true } },
    },
  });
}
