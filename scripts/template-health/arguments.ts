import { parseArgs } from 'node:util';
import { templateCatalogue } from '../../domain/hiring/template-catalogue.ts';
import { clampedTimeoutSeconds, healthModes, type HealthMode } from '../../domain/hiring/template-health.ts';

export interface WantedHealth {
  readonly mode: HealthMode;
  readonly templateKeys: readonly string[];
  readonly concurrency: number;
  readonly timeoutSeconds: number;
}

/** The command was called wrongly; its message is what is printed behind `error: `. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** contracts/hiring.md section 5. `--template-keys` takes every word up to the next option. @throws {UsageError} */
export function readArguments(args: readonly string[]): WantedHealth {
  const { values, positionals } = parsed(args);
  const mode = healthModes.find((known) => known === values.mode);
  if (!mode) throw new UsageError(`--mode must be ${healthModes.join(' or ')}`);
  const named = [...(values['template-keys'] ?? []), ...positionals];
  if (positionals.length > 0 && !values['template-keys']) throw new UsageError(`unexpected ${positionals.join(' ')}`);
  if (!values.all && named.length === 0) throw new UsageError('provide --all or --template-keys');
  const unknown = named.filter((key) => !Object.hasOwn(templateCatalogue, key));
  if (unknown.length > 0) throw new UsageError(`invalid template keys: ${unknown.join(', ')}`);
  return {
    mode,
    templateKeys: values.all ? Object.keys(templateCatalogue) : named,
    concurrency: Math.max(1, wholeNumber('--concurrency', values.concurrency)),
    timeoutSeconds: clampedTimeoutSeconds(wholeNumber('--timeout-seconds', values['timeout-seconds'])),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        mode: { type: 'string', default: 'static' },
        all: { type: 'boolean', default: false },
        'template-keys': { type: 'string', multiple: true },
        concurrency: { type: 'string', default: '2' },
        'timeout-seconds': { type: 'string', default: '180' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(option: string, text: string): number {
  if (!/^-?\d{1,9}$/.test(text)) throw new UsageError(`${option} must be a whole number`);
  return Number(text);
}
