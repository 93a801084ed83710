import type { allActivities } from '../../../activities/index.ts';

/** A life that a client leads so that a point is reached; see stories.ts. */
export type Story =
  'candidate' | 'polled_run' | 'failed_run' | 'failed_workspace' | 'reminder' | 'expiry' | 'cancelled_mail' | 'member';

/** A moment at which a process ends itself, once, where it is armed. */
export interface Point {
  /** Also the name of its file: `activity.dispatchRun.during`. */
  readonly name: string;
  readonly part: 'worker' | 'api';
  readonly story: Story;
  /** Whether a person waits for what comes next: DESIGN 6 allows 10 s then, 30 s elsewhere. */
  readonly waits: boolean;
  /** Armed with it, because only what that one leaves behind leads to this one. */
  readonly after?: string;
}

type ActivityName = keyof ReturnType<typeof allActivities>;

/**
 * `commit`: in the middle of such an activity stands its only transaction, worked but not committed. `answer`: GitHub or the
 * mail server has done it and said so, and nothing of that is in our rows.
 */
interface Place {
  readonly during: 'commit' | 'answer';
  readonly story: Story;
  readonly waits: boolean;
}

const ofCleanup =
  'no story lasts until the daily clean-up; that twice is once is proved in test/activities/workspaces/cleanup.test.ts';
const writesNothing = 'it writes no row, and is tried again; that twice is once is proved in test/activities/templates';

const ofRounds =
  'the schedule begins a round only every five minutes; that twice is once is proved in test/activities/github';

/** Every activity: the compiler and a test refuse one that is missing. Instead of a place a reason may stand why it has none. */
export const activityPlaces: Readonly<Record<ActivityName, Place | string>> = {
  recoverDeliveries: ofRounds,
  lookAtRepositories: ofRounds,
  loadSession: { during: 'commit', story: 'candidate', waits: false },
  expireIfDue: { during: 'commit', story: 'expiry', waits: false },
  remindIfDue: { during: 'commit', story: 'reminder', waits: false },
  recordSessionEnded: { during: 'commit', story: 'expiry', waits: false },
  sendEmail: { during: 'answer', story: 'candidate', waits: false },
  recordEmailFailure: { during: 'commit', story: 'cancelled_mail', waits: false },
  beginProvisioning: { during: 'commit', story: 'candidate', waits: true },
  ensureRepository: { during: 'answer', story: 'candidate', waits: true },
  checkReady: { during: 'answer', story: 'candidate', waits: true },
  grantAccessAndSettle: { during: 'answer', story: 'candidate', waits: true },
  closeAndSettle: { during: 'answer', story: 'expiry', waits: false },
  listCleanup: ofCleanup,
  beginCleanupRound: ofCleanup,
  checkCleanupRound: ofCleanup,
  recordProvisioningFailure: { during: 'commit', story: 'failed_workspace', waits: true },
  checkTemplate: writesNothing,
  dispatchTemplate: writesNothing,
  checkTemplateRun: writesNothing,
  readTemplateResults: writesNothing,
  dispatchRun: { during: 'answer', story: 'candidate', waits: true },
  checkRun: { during: 'answer', story: 'polled_run', waits: true },
  collectAndStore: { during: 'answer', story: 'candidate', waits: true },
  recordRunFailure: { during: 'commit', story: 'failed_run', waits: true },
};

const moments = ['before', 'during', 'after'] as const;

function activityPoints(): Point[] {
  return Object.entries(activityPlaces).flatMap(([name, place]) =>
    typeof place === 'string'
      ? []
      : moments.map((moment) => ({
          name: `activity.${name}.${moment}`,
          part: 'worker' as const,
          story: place.story,
          waits: place.waits,
        })),
  );
}

const ofApi = { part: 'api', story: 'candidate', waits: true } as const;
const ofWorker = { part: 'worker', story: 'candidate', waits: true } as const;
const ofRelay = { ...ofWorker, after: 'api.committed' } as const;

/** The steps by which a decision travels. What comes between two of them is no state of its own. */
const deliverySteps: readonly Point[] = [
  { name: 'api.commit', ...ofApi }, // rows and outbox entry are written, COMMIT is not sent
  { name: 'api.committed', ...ofApi }, // COMMIT is answered, Temporal has heard nothing
  { name: 'api.delivered', ...ofApi }, // Temporal has taken start or signal, the outbox entry is not marked
  { name: 'api.marked', ...ofApi }, // it is marked, the caller has no answer
  { name: 'api.answer', ...ofApi }, // a POST, with or without an outbox entry, is done and not answered
  { name: 'webhook.commit', ...ofApi }, // the same for what GitHub told
  { name: 'webhook.committed', ...ofApi },
  { name: 'webhook.delivered', ...ofApi },
  { name: 'webhook.marked', ...ofApi },
  { name: 'worker.committed', ...ofWorker }, // the same for what an activity decides; its commit is `during` there
  { name: 'worker.delivered', ...ofWorker },
  { name: 'worker.marked', ...ofWorker },
  { name: 'relay.leased', ...ofRelay }, // the entry is the relay's for its lease, Temporal has heard nothing
  { name: 'relay.delivered', ...ofRelay },
  { name: 'relay.marked', ...ofRelay },
  { name: 'mail.asking', ...ofWorker, waits: false }, // the intent to send is committed, the mail server has heard nothing
  { name: 'dispatch.asking', ...ofWorker }, // the intent to dispatch is committed, GitHub has heard nothing
  { name: 'access.granted', ...ofWorker }, // GitHub lets the candidate push, our row does not say so
];

/** All of them, in a fixed order; the matrix shuffles it. */
export const points: readonly Point[] = [...activityPoints(), ...deliverySteps];

/** How long DESIGN 6 lets it take, from the part's return. */
export function boundMs({ waits }: Point): number {
  return waits ? 10_000 : 30_000;
}
