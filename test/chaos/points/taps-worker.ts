import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { Worker, type ActivityInterceptorsFactory, type WorkerOptions } from '@temporalio/worker';
import { doing, ended, midway, offers, reach } from './reach.ts';

/** Around every activity, outside of the product's own interceptors. */
export function tapActivities(): void {
  const create = Worker.create.bind(Worker);
  Worker.create = (options: WorkerOptions): Promise<Worker> => {
    offers(options.activities ?? {});
    const activity = [aroundActivity, ...(options.interceptors?.activity ?? [])];
    return create({ ...options, interceptors: { ...options.interceptors, activity } });
  };
}

const aroundActivity: ActivityInterceptorsFactory = ({ info }) => ({
  inbound: {
    async execute(input, next) {
      const { activityType: name, workflowExecution } = info;
      const workflowId = workflowExecution?.workflowId ?? '';
      const victim = `activity:${workflowId}:${name}`;
      reach(`activity.${name}.before`, [victim]);
      try {
        return await doing.run({ kind: 'activity', name, victim }, () => next(input));
      } finally {
        reach(`activity.${name}.after`, [victim]);
        ended(victim);
      }
    },
  },
});

/** Sees calls to GitHub leave and be answered. */
export function tapGithub(): void {
  const original = globalThis.fetch;
  globalThis.fetch = async (...args) => {
    const now = doing.getStore();
    const [input, init] = args;
    const url = input instanceof Request ? input.url : String(input);
    const method = init?.method ?? 'GET';
    if (now && method === 'POST' && url.endsWith('/dispatches')) reach('dispatch.asking', [now.victim]);
    const response = await original(...args);
    if (now && method === 'PUT' && url.includes('/collaborators/')) reach('access.granted', [now.victim]);
    midway(now, 'answer');
    return response;
  };
}

/** Sees a mail leave, and the mail server's word that it has it. */
export function tapMail(): void {
  const { prototype } = SMTPConnection;
  const original = Reflect.get<SMTPConnection, 'send'>(prototype, 'send');
  prototype.send = function tapped(this: SMTPConnection, envelope, content, callback) {
    const now = doing.getStore();
    reach('mail.asking', [now?.victim]);
    original.call(this, envelope, content, (error, info) => {
      if (!error) midway(now, 'answer');
      callback(error, info);
    });
  };
}
