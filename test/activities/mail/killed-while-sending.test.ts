import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { mailActivities } from '../../../activities/mail.ts';
import { resendSender } from '../../../adapters/mail/resend.ts';
import { smtpSender, type MailSender } from '../../../adapters/mail/smtp.ts';
import { readSettings } from '../../../core/settings.ts';
import type { EmailInput } from '../../../workflows/mail/email.contract.ts';
import { resetDatabase, type TestDatabase } from '../../support/database.ts';
import { testEnvironment } from '../../support/settings.ts';
import { countingResend, countingSmtp, type CountingServer } from './counting-servers.ts';
import { kills, type Kill, type Step } from './kills.ts';
import { queueMail } from './queued-mails.ts';

const root = join(import.meta.dirname, '../../..');
const AT_ONCE = 3;

interface Outcome {
  /** Letters that were out when the worker was dead, and after two more attempts. */
  readonly letters: readonly [dead: number, after: number];
  readonly status: string;
  readonly effect: string;
}

/** By a server that cannot be asked, a mail is lost rather than doubled in between; the window is the one of docs/mail.md. */
const bySmtp: Readonly<Record<Step, Outcome>> = {
  begun: { letters: [0, 1], status: 'sent', effect: 'done' },
  asking: { letters: [0, 0], status: 'failed', effect: 'unknown' },
  taken: { letters: [1, 1], status: 'failed', effect: 'unknown' },
  answered: { letters: [1, 1], status: 'failed', effect: 'unknown' },
  recorded: { letters: [1, 1], status: 'sent', effect: 'done' },
};

/** By a provider that recognises a double it is once, whenever the worker dies. */
const byResend: Readonly<Record<Step, Outcome>> = {
  begun: { letters: [0, 1], status: 'sent', effect: 'done' },
  asking: { letters: [0, 1], status: 'sent', effect: 'done' },
  taken: { letters: [1, 1], status: 'sent', effect: 'done' },
  answered: { letters: [1, 1], status: 'sent', effect: 'done' },
  recorded: { letters: [1, 1], status: 'sent', effect: 'done' },
};

const resend = (apiBase: string): MailSender => resendSender({ apiKey: 're_key_of_a_test_0123456789', apiBase });

for (const [name, start, senderAt, expected] of [
  ['SMTP', countingSmtp, smtpSender, bySmtp],
  ['Resend', countingResend, resend, byResend],
] as const) {
  describe(`a mail by ${name} whose worker is killed`, function () {
    this.timeout(600_000); // the full suite makes 55 processes of each
    let database: TestDatabase;
    let server: CountingServer;
    const outcomes = new Map<Kill, Outcome>();
    const children = new Map<string, ChildProcess>();

    before(async () => {
      database = await resetDatabase();
      server = await start(killWhenTaken);
      const left = [...kills];
      const lane = async (): Promise<void> => {
        for (let kill = left.shift(); kill; kill = left.shift()) outcomes.set(kill, await killAndRepeat(kill));
      };
      await Promise.all(Array.from({ length: AT_ONCE }, lane));
    });
    after(() => server.close());

    /** So that it never hears the answer. */
    async function killWhenTaken(emailId: string): Promise<void> {
      const child = children.get(emailId);
      if (child?.spawnargs.at(-1) !== 'taken') return;
      const dead = once(child, 'exit');
      child.kill('SIGKILL');
      await dead;
    }

    async function killAndRepeat({ step, kind }: Kill): Promise<Outcome> {
      const environment = testEnvironment({ DATABASE_URL: database.appUrl });
      const settings = readSettings(environment);
      const input = await queueMail(database, kind, settings);
      await killAt(step, input, environment);
      const dead = server.letters(input.emailId);
      // As Temporal does when the dead worker's heartbeat is missed; and once more, since an activity may run twice.
      const activities = mailActivities({
        ...settings,
        units: database.uow,
        from: settings.mail.from,
        mail: senderAt(server.url),
      });
      const { status } = await activities.sendEmail(input);
      assert.deepEqual(await activities.sendEmail(input), { status });
      const [row] = await database.rows<{ status: string; effect: string }>(
        `select e.status, f.state as effect from emails e join effects f on f.key = 'email/' || e.id where e.id = $1`,
        [input.emailId],
      );
      assert.equal(row?.status, status);
      return { letters: [dead, server.letters(input.emailId)], status, effect: row.effect };
    }

    async function killAt(step: Step, input: EmailInput, env: Record<string, string>): Promise<void> {
      const script = 'test/activities/mail/killed-while-sending.process.ts';
      const args = ['--import', 'tsx', script, JSON.stringify(input), server.url, step];
      const child = spawn(process.execPath, args, {
        cwd: root,
        env: { ...process.env, ...env },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      children.set(input.emailId, child);
      const [said, [, signal]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
      children.delete(input.emailId);
      assert.equal(signal, 'SIGKILL', said);
    }

    for (const kill of kills) {
      it(`${kill.step}: ${kill.kind}`, () => assert.deepEqual(outcomes.get(kill), expected[kill.step]));
    }
  });
}
