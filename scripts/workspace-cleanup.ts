// `npm run -s workspace-cleanup [-- --days N] [--apply]`: which repositories the clean-up would delete, and why it leaves the others;
// with --apply it begins now, as the daily one does, and shows how far it is. Days: TENON_WORKSPACE_RETENTION_DAYS if not given.
// Exit 0; 1 when something could not be asked or done; 2 for a wrong call. Reads the settings of a worker.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { githubForge } from '../adapters/github/index.ts';
import { workflowUrl } from '../api/links.ts';
import { connectDatabase } from '../core/database.ts';
import { messageOf } from '../core/errors.ts';
import { createLogger } from '../core/logger.ts';
import { readSettings, type Settings } from '../core/settings.ts';
import { retentionBounds } from '../core/settings/schema.ts';
import { deliverMessage, temporalClient } from '../core/temporal.ts';
import { unitsOfWork } from '../core/unit-of-work.ts';
import {
  cleanupProgressQuery,
  workspaceCleanupStart,
  type CleanupProgress,
} from '../workflows/workspaces/workspace-cleanup.contract.ts';
import { dryRun, type DryRunLine } from './workspace-cleanup/dry-run.ts';

const USAGE = 'usage: npm run -s workspace-cleanup [-- --days <7 to 3650>] [--apply]';
const LOOK_MS = 2_000;
const CALL_MS = 5_000;

type Say = (line: string) => void;

/** Runs the command; `say` gets its lines. @returns the exit code */
export async function cleanUpWorkspaces(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  say: Say,
): Promise<0 | 1 | 2> {
  const wanted = readArguments(args);
  if (!wanted) {
    say(USAGE);
    return 2;
  }
  try {
    const settings = readSettings(env);
    const days = wanted.days ?? settings.workspaceRetentionDays;
    if (days === null) {
      say(
        `Nothing is ever deleted: TENON_WORKSPACE_RETENTION_DAYS is not set. To see what would be, give --days. ${USAGE}`,
      );
      return 2;
    }
    return await (wanted.apply ? apply(settings, days, say) : showDryRun(settings, days, say));
  } catch (error) {
    say(`error: ${messageOf(error)}`);
    return 1;
  }
}

function readArguments(args: readonly string[]): { apply: boolean; days: number | undefined } | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { apply: { type: 'boolean', default: false }, days: { type: 'string' } },
    });
    const days = values.days === undefined ? undefined : Number(values.days);
    if (days !== undefined && !(Number.isInteger(days) && days >= retentionBounds.min && days <= retentionBounds.max))
      return undefined;
    return { apply: values.apply, days };
  } catch {
    return undefined;
  }
}

const REASONS: Readonly<Record<DryRunLine['verdict'], string>> = {
  delete: 'would be deleted',
  archive: 'would be archived',
  session_open: 'stays: its session is open',
  too_young: 'stays: too young',
  run_under_way: 'stays: a test run is under way',
  under_way: 'stays: its workflow is at work on it',
  gone: 'is not at GitHub any more',
  never_made: 'was never made',
  not_ours: 'stays: what GitHub has is not what Tenon has made',
  unknown: 'could not be looked at: GitHub did not answer',
};

async function showDryRun(settings: Settings, days: number, say: Say): Promise<0 | 1> {
  const db = connectDatabase(settings.database.url, { poolSize: 1, applicationName: 'tenon-workspace-cleanup' });
  const forge = githubForge(settings.github, createLogger('workspace-cleanup', 'silent'));
  try {
    const units = unitsOfWork({ db, deliver: () => Promise.resolve([]), onMarkError: () => undefined });
    const counts: Partial<Record<DryRunLine['verdict'], number>> = {};
    say(
      `workspace clean-up, dry run: nothing is changed. Repositories are deleted ${days} days after their session's end.`,
    );
    for await (const line of dryRun({ units, forge }, { retentionDays: days, again: true })) {
      counts[line.verdict] = (counts[line.verdict] ?? 0) + 1;
      say(`${line.repoFullName}  session ${line.sessionId} ${endOf(line)}: ${REASONS[line.verdict]}`);
    }
    const told = Object.entries(counts).map(([verdict, count]) => `${verdict.replaceAll('_', ' ')} ${count}`);
    say(told.length === 0 ? 'There are no repositories.' : told.toSorted().join(', '));
    return counts.unknown === undefined ? 0 : 1;
  } finally {
    await Promise.all([db.close(), forge.close()]);
  }
}

function endOf({ sessionStatus, endedAt }: DryRunLine): string {
  return endedAt ? `${sessionStatus} ${endedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC` : sessionStatus;
}

async function apply(settings: Settings, days: number, say: Say): Promise<0 | 1> {
  const client = temporalClient(settings);
  try {
    const start = workspaceCleanupStart(randomUUID(), { retentionDays: days, again: true });
    await deliverMessage(client, { start }, CALL_MS);
    say(
      `The clean-up has begun; it goes on when this command ends. ${workflowUrl(settings.temporal, start.workflowId)}`,
    );
    const handle = client.workflow.getHandle(start.workflowId);
    for (let last = ''; ; await pause(LOOK_MS)) {
      const { status } = await client.withDeadline(Date.now() + CALL_MS, () => handle.describe());
      if (status.name !== 'RUNNING') break;
      const seen = await client
        .withDeadline(Date.now() + CALL_MS, () => handle.query<CleanupProgress>(cleanupProgressQuery))
        .then(progressOf, () => 'waiting for a worker');
      if (seen !== last) say(seen);
      last = seen;
    }
    const result = (await handle.result()) as CleanupProgress;
    say(progressOf(result));
    if (result.more) say('There is more than one clean-up does: the next one goes on.');
    return Object.keys(result.refused).length > 0 || result.unfinished > 0 ? 1 : 0;
  } finally {
    await client.connection.close();
  }
}

function progressOf({ rounds, underWay, deleted, archived, refused, unfinished }: CleanupProgress): string {
  const told = Object.entries(refused).map(([code, count]) => `, refused ${count} (${code})`);
  const left = unfinished > 0 ? `, not over yet ${unfinished}` : '';
  return `round ${rounds}: ${underWay} under way; deleted ${deleted}, archived ${archived}${told.join('')}${left}`;
}

/** Runs the command in this process. */
export async function main(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<void> {
  process.exitCode = await cleanUpWorkspaces(args, env, (line) => void process.stdout.write(`${line}\n`));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv.slice(2), process.env);
