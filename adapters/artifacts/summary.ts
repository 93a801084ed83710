import { keepableOutput } from '../../domain/workspaces/text.ts';
import type { ArtifactLimits } from './limits.ts';

const reserved = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * A runner's own summary made fit to store: texts cleaned and redacted, keys that reach into prototypes left out, numbers finite.
 * One that is larger than allowed becomes `{truncated: true}`: half a summary would read like a whole one.
 */
export function keepableSummary(summary: Record<string, unknown>, limits: ArtifactLimits): Record<string, unknown> {
  return JSON.stringify(summary).length > limits.summaryChars ? { truncated: true } : keepFields(summary, limits);
}

function keepFields(fields: object, limits: ArtifactLimits): Record<string, unknown> {
  const kept = Object.entries(fields)
    .map(([key, value]): [string, unknown] => [keepableOutput(key, limits.pathChars), keepValue(value, limits)])
    .filter(([key]) => !reserved.has(key));
  return Object.fromEntries(kept);
}

function keepValue(value: unknown, limits: ArtifactLimits): unknown {
  if (typeof value === 'string') return keepableOutput(value, limits.summaryChars);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map((item) => keepValue(item, limits));
  return typeof value === 'object' && value !== null ? keepFields(value, limits) : value;
}
