import type { Endpoint } from '../endpoint.ts';
import { docsAsset, docsPage, redocPage } from './docs.ts';
import { apiHealth, health, liveness, readiness, workerHealth } from './health.ts';
import { metrics } from './metrics.ts';
import { openapi } from './openapi.ts';

/** Health, metrics and documentation; `table` gives all endpoints, these included. */
export function opsEndpoints(table: () => readonly Endpoint[]): readonly Endpoint[] {
  return [
    health,
    apiHealth,
    liveness,
    readiness,
    workerHealth,
    metrics,
    openapi(table),
    docsPage,
    redocPage,
    docsAsset,
  ];
}
