import type Joi from 'joi';
import type { Context } from 'koa';
import type { Inputs, InputOf } from '../endpoint.ts';
import { invalid, issuesOf, type Issue } from '../problem.ts';
import { readBody } from './body.ts';
import { unstorable } from './unstorable.ts';

const PREFERENCES = {
  abortEarly: false,
  stripUnknown: true,
  errors: { label: 'path', wrap: { label: false } },
} as const satisfies Joi.ValidationOptions;

/** Reads, checks and converts every declared part; all issues at once. @throws {AppError} VALIDATION_ERROR and the body's */
export async function readInput<I extends Inputs>(ctx: Context, input: I): Promise<InputOf<I>> {
  const { raw, ...parsed } = await readBody(ctx, input);
  const given: Readonly<Record<string, unknown>> = {
    params: ctx['params'] as unknown,
    query: { ...ctx.query },
    headers: ctx.headers,
    ...parsed,
  };
  const issues: Issue[] = [];
  const read: Record<string, unknown> = raw ? { raw } : {};
  for (const part of ['params', 'query', 'headers', 'body', 'form'] as const) {
    const schema = input[part];
    if (!schema) continue;
    const bad = part === 'headers' ? undefined : unstorable(given[part], [wireName(part)]);
    if (bad) {
      issues.push(bad);
      continue;
    }
    const result = schema.validate(given[part], PREFERENCES);
    if (result.error) issues.push(...issuesOf(result.error, wireName(part)));
    else read[part] = result.value;
  }
  if (issues.length > 0) throw invalid(issues);
  return read as InputOf<I>;
}

/** `loc` begins as the described system's does. */
function wireName(part: 'params' | 'query' | 'headers' | 'body' | 'form'): string {
  return part === 'params' ? 'path' : part === 'headers' ? 'header' : part;
}
