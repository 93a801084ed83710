import { githubWebhook } from './webhook.ts';

export const githubEndpoints = [githubWebhook] as const;
