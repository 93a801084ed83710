// One attempt of sendEmail as a worker makes it, which ends itself by SIGKILL at a step of its way.
import { mailActivities } from '../../../activities/mail.ts';
import { resendSender } from '../../../adapters/mail/resend.ts';
import { smtpSender, type MailSender } from '../../../adapters/mail/smtp.ts';
import { readSettings } from '../../../core/settings.ts';
import { unitsOfWork } from '../../../core/unit-of-work.ts';
import { connect } from '../../../services/connect.ts';
import type { EmailInput } from '../../../workflows/mail/email.contract.ts';
import type { Step } from './kills.ts';

const [given = '', mailServer = '', fatal = ''] = process.argv.slice(2);

function reach(step: Step): void {
  if (step !== fatal) return;
  process.kill(process.pid, 'SIGKILL');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); // nothing more may happen until it arrives
}

/** The provider, seen at its edge: by then the intent is committed, and after it nothing of the answer is. */
function watched(mail: MailSender): MailSender {
  return {
    ...mail,
    async send(message) {
      reach('asking');
      const outcome = await mail.send(message);
      reach('answered');
      return outcome;
    },
  };
}

const settings = readSettings(process.env);
const sender = mailServer.startsWith('smtp')
  ? smtpSender(mailServer)
  : resendSender({ apiKey: 're_key_of_a_test_0123456789', apiBase: mailServer });
const activities = mailActivities({
  ...settings,
  units: unitsOfWork({
    db: connect(settings.database.url, { poolSize: 1, applicationName: 'killed' }),
    deliver: () => Promise.resolve([]),
    onMarkError: () => undefined,
  }),
  from: settings.mail.from,
  mail: watched(sender),
});

reach('begun');
await activities.sendEmail(JSON.parse(given) as EmailInput);
reach('recorded');
throw new Error(`${fatal} is no step of its way`);
