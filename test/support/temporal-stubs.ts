import { ApplicationFailure } from '@temporalio/common';

const NAMES = [
  'loadSession',
  'expireIfDue',
  'remindIfDue',
  'recordSessionEnded',
  'beginProvisioning',
  'ensureRepository',
  'checkReady',
  'grantAccessAndSettle',
  'closeAndSettle',
  'listCleanup',
  'beginCleanupRound',
  'checkCleanupRound',
  'recordProvisioningFailure',
  'dispatchRun',
  'checkRun',
  'collectAndStore',
  'recordRunFailure',
  'checkTemplate',
  'dispatchTemplate',
  'checkTemplateRun',
  'readTemplateResults',
  'recoverDeliveries',
  'lookAtRepositories',
  'sendEmail',
  'recordEmailFailure',
] as const;

export type ActivityName = (typeof NAMES)[number];
/** What an activity does in a test; gets the activity's one input. */
export type Stub = (input: never) => unknown;

export interface StubbedActivities {
  readonly activities: object;
  /** In the order of their beginning, since the last `use`. */
  readonly calls: { readonly name: ActivityName; readonly input: unknown }[];
  /** The names of `calls`. */
  called(): ActivityName[];
  /** The input of the last call of that activity. */
  lastInput<T>(name: ActivityName): T;
  /** What the activities do from now on; one without a stub fails for good. */
  use(stubs: Partial<Record<ActivityName, Stub>>): void;
}

/** Every activity that a workflow calls, replaced by what a test says. */
export function stubActivities(): StubbedActivities {
  const calls: { name: ActivityName; input: unknown }[] = [];
  let stubs: Partial<Record<ActivityName, Stub>> = {};
  const activities = Object.fromEntries(
    NAMES.map((name) => [
      name,
      async (input: never): Promise<unknown> => {
        calls.push({ name, input });
        const stub = stubs[name];
        if (!stub) throw ApplicationFailure.nonRetryable(`${name} was not expected`, 'UNEXPECTED');
        return stub(input);
      },
    ]),
  );
  return {
    activities,
    calls,
    called: () => calls.map(({ name }) => name),
    lastInput<T>(wanted: ActivityName): T {
      const call = calls.findLast(({ name }) => name === wanted);
      if (!call) throw new Error(`${wanted} was not called`);
      return call.input as T;
    },
    use(next) {
      stubs = next;
      calls.length = 0;
    },
  };
}
