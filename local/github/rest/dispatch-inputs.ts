import type { WorkflowInfo } from '../actions/types.ts';
import { unprocessable } from './errors.ts';

const maxInputs = 25;

function asText(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw unprocessable(`Invalid value for input '${name}'`);
}

/** The inputs of a run: what was given, checked against the file, and its defaults. Throws 422 in GitHub's words. */
export function dispatchInputs(info: WorkflowInfo | null, given: Record<string, unknown>): Record<string, string> {
  const declared = info?.dispatchInputs;
  if (!declared) throw unprocessable("Workflow does not have 'workflow_dispatch' trigger");
  if (Object.keys(given).length > maxInputs) {
    throw unprocessable(`you may only define up to ${maxInputs} \`inputs\` for a \`workflow_dispatch\` event`);
  }
  const unexpected = Object.keys(given).filter((name) => !Object.hasOwn(declared, name));
  if (unexpected.length > 0) throw unprocessable(`Unexpected inputs provided: ${JSON.stringify(unexpected)}`);
  const inputs: Record<string, string> = {};
  for (const [name, input] of Object.entries(declared)) {
    const value = Object.hasOwn(given, name) ? asText(name, given[name]) : input.default;
    if (input.required && (value === undefined || value === '')) {
      throw unprocessable(`Required input '${name}' not provided`);
    }
    if (value === undefined) continue;
    if (value !== '' && input.options && !input.options.includes(value)) {
      throw unprocessable(`Provided value '${value}' for input '${name}' not in the list of allowed values`);
    }
    inputs[name] = value;
  }
  return inputs;
}
