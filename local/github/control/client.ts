import type {
  AppSetting,
  CallLog,
  Fault,
  FinishRun,
  GenerateDelay,
  InstallationChange,
  LivingAppToken,
  NextRuns,
  WebhookSetting,
  WriteLimitSetting,
} from './types.ts';

/** Drives the local GitHub from tests and scripts. Every method throws when the server refuses. */
export interface ControlClient {
  /** Makes the account when it is new, and a new token each time. */
  user(login: string): Promise<{ login: string; token: string }>;
  fault(fault: Fault): Promise<void>;
  clearFaults(): Promise<void>;
  nextRuns(next: NextRuns): Promise<void>;
  finishRun(runId: number | string, end: FinishRun): Promise<void>;
  webhooks(setting: WebhookSetting): Promise<void>;
  releaseWebhooks(): Promise<number>;
  /** Tells the organisation's hook of an installation of the App. */
  installation(change: InstallationChange): Promise<void>;
  generateDelay(delay: GenerateDelay): Promise<void>;
  releaseGenerated(): Promise<number>;
  /** Refuses writes beyond GitHub's documented limits, or others; until `resetFaults`. */
  limitWrites(setting?: Partial<WriteLimitSetting>): Promise<void>;
  /** Full name of an additional template repository that lacks its workflow file. */
  templateWithoutWorkflow(key: string): Promise<string>;
  restoreTemplate(key: string): Promise<void>;
  /** Of the installed app; only what is named changes. */
  app(setting: AppSetting): Promise<void>;
  appTokens(): Promise<LivingAppToken[]>;
  calls(): Promise<CallLog>;
  clearCalls(): Promise<void>;
  /** No faults, no forced runs, no limits, webhooks and generation as usual. */
  resetFaults(): Promise<void>;
}

/** `url` is the server's own, without a path; `token` its service token. */
export function controlClient(url: string, token: string): ControlClient {
  async function call<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${url}/_control${path}`, {
      method,
      headers: { 'x-control-token': token, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`local GitHub control: ${method} ${path} answered ${response.status} ${text}`);
    return JSON.parse(text) as T;
  }
  const tell = async (method: string, path: string, body?: unknown): Promise<void> => {
    await call(method, path, body);
  };

  return {
    user: (login) => call('POST', '/users', { login }),
    fault: (fault) => tell('POST', '/faults', fault),
    clearFaults: () => tell('DELETE', '/faults'),
    nextRuns: (next) => tell('POST', '/next-runs', next),
    finishRun: (runId, end) => tell('POST', `/runs/${runId}/finish`, end),
    webhooks: (setting) => tell('POST', '/webhooks', setting),
    installation: (change) => tell('POST', '/installations', change),
    releaseWebhooks: async () => (await call<{ released: number }>('POST', '/webhooks/release')).released,
    generateDelay: (delay) => tell('POST', '/generate-delay', delay),
    releaseGenerated: async () => (await call<{ released: number }>('POST', '/generate-release')).released,
    limitWrites: (setting = {}) => tell('POST', '/write-limits', setting),
    templateWithoutWorkflow: async (key) =>
      (await call<{ repository: string }>('POST', `/templates/${encodeURIComponent(key)}/without-workflow`)).repository,
    restoreTemplate: (key) => tell('POST', `/templates/${encodeURIComponent(key)}/restore`),
    app: (setting) => tell('POST', '/app', setting),
    appTokens: async () => (await call<{ tokens: LivingAppToken[] }>('GET', '/app/tokens')).tokens,
    calls: () => call('GET', '/calls'),
    clearCalls: () => tell('DELETE', '/calls'),
    resetFaults: () => tell('POST', '/reset-faults'),
  };
}
