// The API process: `node --import tsx api/server.ts`, or `node dist/api/server.js` in production.
import { messageOf } from '../core/errors.ts';
import { readSettings } from '../core/settings.ts';
import { composeApi } from './compose.ts';
import { startApi } from './http-server.ts';
import { endpoints } from './index.ts';

try {
  const settings = readSettings(process.env);
  const parts = composeApi(settings);
  const { app } = parts;
  const api = await startApi({
    app,
    endpoints,
    port: settings.port,
    ...(settings.host !== undefined && { host: settings.host }),
  });
  app.log.info({ port: api.port }, 'listening');
  const stop = (signal: string): void => {
    app.log.info({ signal }, 'stopping');
    void api
      .close()
      .then(() => parts.close())
      .then(() => process.exit(0));
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
}
