import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** What Tenon counts. Labels are route templates and kinds, never ids. */
export interface Metrics {
  readonly registry: Registry;
  readonly httpSeconds: Histogram<'method' | 'route' | 'status'>;
  readonly outboxDeliveries: Counter<'outcome' | 'by'>;
  readonly outboxWaiting: Gauge;
  readonly reconcilerFindings: Counter<'finding'>;
  readonly webhooks: Counter<'event' | 'outcome'>;
  readonly githubRecovered: Counter<'event' | 'outcome'>;
  readonly githubLooks: Counter<'finding'>;
  readonly githubInstallations: Gauge<'state'>;
  readonly githubTurns: Counter<'priority' | 'outcome'>;
  readonly githubTurnsWaiting: Gauge;
  readonly githubPauses: Counter;
}

/** A registry of its own per process part, so that tests can make many. */
export function createMetrics({ processMetrics }: { processMetrics: boolean }): Metrics {
  const registry = new Registry();
  if (processMetrics) collectDefaultMetrics({ register: registry, prefix: 'tenon_' });
  const registers = [registry];
  return {
    registry,
    httpSeconds: new Histogram({
      name: 'tenon_http_request_seconds',
      help: 'Time from request to reply, by route template',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 75],
      registers,
    }),
    outboxDeliveries: new Counter({
      name: 'tenon_outbox_deliveries_total',
      help: 'Outbox messages handed to Temporal, by outcome and by who delivered them',
      labelNames: ['outcome', 'by'],
      registers,
    }),
    outboxWaiting: new Gauge({
      name: 'tenon_outbox_waiting',
      help: 'Committed outbox messages that Temporal has not got yet',
      registers,
    }),
    reconcilerFindings: new Counter({
      name: 'tenon_reconciler_findings_total',
      help: 'Unfinished rows without a workflow and workflows without an unfinished row',
      labelNames: ['finding'],
      registers,
    }),
    webhooks: new Counter({
      name: 'tenon_github_webhooks_total',
      help: 'Webhook deliveries from GitHub, by event and what became of them',
      labelNames: ['event', 'outcome'],
      registers,
    }),
    githubRecovered: new Counter({
      name: 'tenon_github_deliveries_recovered_total',
      help: 'Webhook deliveries that had not reached us, taken from GitHub’s log, by event and what became of them',
      labelNames: ['event', 'outcome'],
      registers,
    }),
    githubLooks: new Counter({
      name: 'tenon_github_looks_total',
      help: 'Looks at repositories of workspaces, by what they found',
      labelNames: ['finding'],
      registers,
    }),
    githubInstallations: new Gauge({
      name: 'tenon_github_installations',
      help: 'Installations of the GitHub App as GitHub last told, by state: suspended and deleted ones are out of reach',
      labelNames: ['state'],
      registers,
    }),
    githubTurns: new Counter({
      name: 'tenon_github_turns_total',
      help: 'How often a turn to write to GitHub was asked for, by priority and answer: granted, waits, paused',
      labelNames: ['priority', 'outcome'],
      registers,
    }),
    githubTurnsWaiting: new Gauge({
      name: 'tenon_github_turns_waiting',
      help: 'Who waited for a turn to write to GitHub when this process last asked for one',
      registers,
    }),
    githubPauses: new Counter({
      name: 'tenon_github_pauses_total',
      help: 'How often GitHub said that it limits us, so that nothing was written for a while',
      registers,
    }),
  };
}
