// `npm run -s session -- <id>`: a candidate session's timeline: every event, its time, who, and the workflow's link. Exit 0; 1 when there
// is none or the database cannot be asked; 2 for a wrong call. Reads DATABASE_URL (tenon_app), TEMPORAL_UI_URL, TEMPORAL_NAMESPACE.
import { pathToFileURL } from 'node:url';
import { workflowUrl } from '../api/links.ts';
import { connectDatabase } from '../core/database.ts';
import { messageOf } from '../core/errors.ts';
import { unitsOfWork } from '../core/unit-of-work.ts';
import { summaryOf } from '../domain/identity/audit-story.ts';
import { stripControl } from '../domain/workspaces/text.ts';
import { readSessionTimeline, type SessionTimeline, type TimelineEvent } from '../services/hiring/session-timeline.ts';

const USAGE = 'usage: npm run -s session -- <id of a candidate session>';

interface Output {
  readonly exitCode: 0 | 1 | 2;
  readonly text: string;
}

/** What the command prints, and how it ends. */
export async function showSession(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Output> {
  const [id = '', ...more] = args;
  if (!/^[1-9]\d{0,17}$/.test(id) || more.length > 0) return { exitCode: 2, text: USAGE };
  const url = env['DATABASE_URL'];
  if (!url)
    return {
      exitCode: 2,
      text: 'There is no stack running here, and DATABASE_URL (as tenon_app) is not set: run `npm start`, or set it.',
    };
  const db = connectDatabase(url, { poolSize: 1, applicationName: 'tenon-session' });
  try {
    const units = unitsOfWork({ db, deliver: () => Promise.resolve([]), onMarkError: () => undefined });
    return { exitCode: 0, text: render(await readSessionTimeline(units, id), linkTo(env)) };
  } catch (error) {
    return { exitCode: 1, text: messageOf(error) };
  } finally {
    await db.close();
  }
}

function linkTo(env: NodeJS.ProcessEnv): (workflowId: string) => string {
  const { TEMPORAL_UI_URL: uiUrl = 'http://127.0.0.1:8233', TEMPORAL_NAMESPACE: namespace = 'default' } = env;
  return (id) => workflowUrl({ uiUrl, namespace }, id);
}

function render(session: SessionTimeline, link: (workflowId: string) => string): string {
  const { id, candidateName, inviteEmail, status, generation, expiresAt, events } = session;
  const lines = [
    `Candidate session ${id}: ${candidateName} <${inviteEmail}>, ${status}, life ${generation}, clock ends ${timeOf(expiresAt)}`,
    `Simulation ${session.simulationId}: ${session.simulationTitle}, of ${session.orgName} (${session.orgSlug})`,
    link(session.workflowId),
    '',
    ...events.flatMap((event) => [
      `${timeOf(event.at)}  ${summaryOf(event.body)}${factsOf(event)}`,
      `    ${link(event.workflowId)}`,
    ]),
    `${events.length} events`,
  ];
  // Candidates choose their names: nothing of them steers a terminal.
  return lines.map((line) => stripControl(line).replaceAll(/[\r\n]+/g, ' ')).join('\n');
}

function factsOf({ body: { before, after } }: TimelineEvent): string {
  if (!after) return '';
  const told = Object.entries(after).filter(([key, value]) => value !== null && before?.[key] !== value);
  return told.length === 0 ? '' : ` ${told.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(' ')}`;
}

/** `2026-11-25 22:10:03.120 UTC` */
function timeOf(at: Date): string {
  return `${at.toISOString().replace('T', ' ').slice(0, -1)} UTC`;
}

/** Runs the command in this process. */
export async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { exitCode, text } = await showSession(args, env);
  (exitCode === 0 ? process.stdout : process.stderr).write(`${text}\n`);
  process.exitCode = exitCode;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv.slice(2), process.env);
