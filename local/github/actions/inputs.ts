import type { Value } from './expressions/value.ts';
import type { DispatchInput } from './types.ts';

/** The inputs of a run: as texts, and as the `inputs` context has them. */
export interface RunInputs {
  texts: Readonly<Record<string, string>>;
  values: Readonly<Record<string, Value>>;
}

/** Fills in defaults, and drops what the workflow file does not declare. */
export function readInputs(
  declared: Readonly<Record<string, DispatchInput>> | null,
  given: Readonly<Record<string, string>>,
): RunInputs {
  const inputs = Object.entries(declared ?? {}).map(([name, input]) => {
    const text = (Object.hasOwn(given, name) ? given[name] : undefined) ?? input.default ?? '';
    return { name, text, value: typed(text, input.type) };
  });
  return {
    texts: Object.fromEntries(inputs.map(({ name, text }) => [name, text])),
    values: Object.fromEntries(inputs.map(({ name, value }) => [name, value])),
  };
}

function typed(text: string, type: string | undefined): Value {
  if (type === 'boolean') return text === 'true';
  return type === 'number' && text.trim() !== '' ? Number(text) : text;
}
