// The worker process. Settings come from the environment; SIGTERM or SIGINT stops it within 10 s.
import { createLogger } from '../core/logger.ts';
import { readSettings, SettingsError } from '../core/settings.ts';
import { runWorker } from './run.ts';

const log = createLogger('worker', process.env['LOG_LEVEL'] ?? 'info');
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    log.info({ signal }, 'stopping');
    stop.abort();
  });
}

try {
  await runWorker({ settings: readSettings(process.env), log, stop: stop.signal });
  log.info('stopped');
} catch (error) {
  if (!stop.signal.aborted) {
    process.exitCode = 1;
    if (error instanceof SettingsError) log.fatal(error.message);
    else log.fatal({ err: error }, 'the worker cannot go on');
  }
} finally {
  process.exit(); // a half-open connection would keep the process alive
}
