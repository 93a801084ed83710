import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rowsIn } from './database.ts';
import type { SeenWorkflow } from './facts.ts';
import type { World } from './world.ts';

const AT_ONCE = 8;

/** Texts of three sorts in which no secret may stand: logs, histories, the database. @returns a sentence for each find */
export async function leaksIn(
  world: World,
  workflows: readonly SeenWorkflow[],
  secrets: ReadonlySet<string>,
): Promise<string[]> {
  const needles = needlesOf([...secrets, ...ownSecrets(world)]);
  const leaks = new Set<string>();
  const look = (where: string, text: string): void => {
    if (needles.some((needle) => text.includes(needle))) leaks.add(`a secret stands in ${where}`);
  };
  for (const name of await readdir(world.logDir, { recursive: true })) {
    if (name.endsWith('.log')) look(`the log ${name}`, await readFile(join(world.logDir, name), 'utf8'));
  }
  const tables = await rowsIn<{ name: string }>(
    world,
    `select quote_ident(tablename) as name from pg_tables where schemaname = 'public'`,
  );
  for (const { name } of tables) {
    for (const { row } of await rowsIn<{ row: string }>(world, `select t::text as row from ${name} t`)) {
      look(`the table ${name}`, row);
    }
  }
  for (let at = 0; at < workflows.length; at += AT_ONCE) {
    await Promise.all(
      workflows.slice(at, at + AT_ONCE).map(async ({ workflowId }) => {
        const history = await world.temporal.workflow.getHandle(workflowId).fetchHistory();
        look(`the history of ${workflowId}`, textsIn(history).join('\n'));
      }),
    );
  }
  return [...leaks];
}

/** As themselves, and as bytes are shown by Postgres. Tokens of three parts also leak by their signature alone. */
function needlesOf(secrets: readonly string[]): string[] {
  const forms = secrets.flatMap((secret) => {
    const signature = /^eyJ[^.]+\.[^.]+\.(.{20,})$/.exec(secret)?.[1];
    return [secret, Buffer.from(secret).toString('hex'), ...(signature === undefined ? [] : [signature])];
  });
  return forms.filter((form) => form.length >= 16);
}

/** The stack's own; of the signing key a line in its middle, which no other text shares. */
function ownSecrets({ plan }: World): string[] {
  const { stateId: _stateId, signingKey, ...secrets } = plan.secrets;
  return [...Object.values(secrets), signingKey.split('\n')[5] ?? signingKey];
}

/** Every text in a history; payloads are bytes there. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString()];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
