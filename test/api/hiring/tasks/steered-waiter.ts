import { createLogger } from '../../../../core/logger.ts';
import { listenWaiter, type Waiter, type WaitOptions } from '../../../../core/wait.ts';
import { testDatabase } from '../../../support/database.ts';

/** The API's waiter, with a hand on its clock. */
export interface SteeredWaiter {
  /** For `app.wait`. */
  readonly wait: Waiter;
  /** How each wait so far was asked for. */
  readonly waits: WaitOptions[];
  /** Whether each deadline comes right after the first look. */
  setImpatient(impatient: boolean): void;
  /** Resolves as soon as `count` waits have begun since the last `forget`. */
  begun(count: number): Promise<void>;
  forget(): void;
}

export async function steeredWaiter(): Promise<SteeredWaiter> {
  const { appUrl } = await testDatabase();
  const inner = listenWaiter(appUrl, createLogger('test', 'silent'));
  const waits: WaitOptions[] = [];
  let impatient = false;
  let listeners: (() => void)[] = [];
  return {
    waits,
    wait: {
      until(topic, look, options) {
        waits.push(options);
        for (const tell of listeners) tell();
        return impatient ? look() : inner.until(topic, look, options);
      },
      close: () => inner.close(),
    },
    setImpatient: (next) => void (impatient = next),
    begun: (count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (waits.length >= count) resolve();
        };
        listeners.push(check);
        check();
      }),
    forget() {
      waits.length = 0;
      listeners = [];
    },
  };
}
