import { resendWebhook } from './resend-webhook.ts';

export const mailEndpoints = [resendWebhook] as const;
