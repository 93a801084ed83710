import { everyone } from '../actors.ts';
import { endpoint, text } from '../endpoint.ts';

export const metrics = endpoint({
  method: 'get',
  path: '/metrics',
  summary: 'Metrics of this process in the Prometheus text format',
  auth: everyone,
  may: 'public',
  limit: 'none',
  input: {},
  replies: { 200: text('text/plain; version=0.0.4; charset=utf-8') },
  errors: [],
  handle: async ({ app }) => ({ status: 200, body: await app.metrics.registry.metrics() }),
});
