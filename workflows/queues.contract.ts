/** Task queues, split by what bounds the work. The version changes only with a deploy that keeps the old worker running. */
export const taskQueues = {
  /** Sessions and mails, and the activities that only touch our database. */
  db: 'tenon-db-v1',
  /** Workspaces and test runs, and the activities that call GitHub. */
  github: 'tenon-github-v1',
  /** Activities that send mail. */
  mail: 'tenon-mail-v1',
} as const;
