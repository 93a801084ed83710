// Process of the local mailbox.
import { sayReady, stopOnSignal } from '../web.ts';
import { startMailbox } from './server.ts';

const { LOCAL_MAILBOX_DIR, LOCAL_MAILBOX_PORT = '8025', LOCAL_MAILBOX_SMTP_PORT = '1025' } = process.env;
if (LOCAL_MAILBOX_DIR === undefined) throw new Error('LOCAL_MAILBOX_DIR is required');
const mailbox = await startMailbox({
  dir: LOCAL_MAILBOX_DIR,
  port: Number(LOCAL_MAILBOX_PORT),
  smtpPort: Number(LOCAL_MAILBOX_SMTP_PORT),
});
stopOnSignal(() => mailbox.stop());
sayReady(mailbox.url);
