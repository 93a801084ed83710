// `npm run -s token -- <email> <recruiter|candidate> [options]`: prints an access token and nothing else.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mintToken } from './identity/mint.ts';
import { isRole } from './identity/people.ts';
import { stateDir } from './paths.ts';
import { readStackFile } from './supervisor/stack-file.ts';

const USAGE =
  'usage: npm run -s token -- <email> <recruiter|candidate> [--claims JSON (null removes one)] [--sub S] [--audience A] [--expired]';

try {
  process.stdout.write(`${await tokenFor(process.argv.slice(2))}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function tokenFor(args: string[]): Promise<string> {
  const { values, positionals } = readArguments(args);
  const [email, role] = positionals;
  if (positionals.length !== 2 || !email?.includes('@') || !isRole(role)) throw new Error(USAGE);
  const { issuer } = readStackFile() ?? {};
  if (!issuer) throw new Error('The stack has never been started, so there is no issuer: run `npm start` once.');
  return mintToken({
    keyFile: join(stateDir, 'identity-key.json'),
    issuer,
    email: email.toLowerCase(),
    role,
    ...(values.claims !== undefined && { claims: readClaims(values.claims) }),
    ...(values.sub !== undefined && { sub: values.sub }),
    ...(values.audience !== undefined && { audience: values.audience }),
    expired: values.expired === true,
  });
}

interface Values {
  readonly claims?: string;
  readonly sub?: string;
  readonly audience?: string;
  readonly expired?: boolean;
}

function readArguments(args: string[]): { readonly values: Values; readonly positionals: readonly string[] } {
  try {
    const text = { type: 'string' } as const;
    return parseArgs({
      args,
      options: { claims: text, sub: text, audience: text, expired: { type: 'boolean' } },
      allowPositionals: true,
    });
  } catch {
    throw new Error(USAGE);
  }
}

function readClaims(text: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new Error(`--claims must be a JSON object, e.g. '{"email_verified":null}'.`);
  }
  return { ...parsed };
}
