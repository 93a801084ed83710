import type { Outcome } from '../harness/report.ts';
import { summarise } from '../harness/stats.ts';

/** Moments in milliseconds since the runner's end. */
export interface Sample {
  /** The webhook's delivery is being recorded; undefined where none came. */
  readonly told?: number;
  /** Temporal has the signal, or the poll that found the end has answered. */
  readonly noticed: number;
  readonly collecting: number;
  /** The row with the result is committed. */
  readonly stored: number;
  /** The candidate, whose request waited, has the result. */
  readonly answered: number;
  /** GitHub's stand-in alone: the three calls that reading a result takes, made once more. */
  readonly farCalls: number;
}

/** One of the two ways; the worker's CPU is that of a run, from its dispatch to its result. */
export interface Way {
  readonly samples: readonly Sample[];
  readonly workerCpuMs: number;
}

/** The ratios, and where the time between a run's end and its stored result goes. */
export function outcomeOf(on: Way, off: Way, notes: readonly string[]): Outcome {
  const [webhooks, polled] = [on.samples, off.samples];
  const ends = (name: string, to: (sample: Sample) => number) =>
    Object.entries({ 'webhooks on': webhooks, 'off, polling': polled }).map(([side, samples]) => {
      const { count, p50, p99, max } = summarise(samples.map(to));
      return [name, side, count, p50, p99, max];
    });
  const p50 = (values: readonly number[]): number => summarise(values).p50;
  const [onMs, offMs] = [p50(webhooks.map(({ stored }) => stored)), p50(polled.map(({ stored }) => stored))];
  const step = (name: string, from: (sample: Sample) => number, to: (sample: Sample) => number) => {
    const values = (samples: readonly Sample[]) => p50(samples.map((sample) => to(sample) - from(sample)));
    return [name, values(webhooks), values(polled)];
  };
  const far = p50(webhooks.map(({ told = 0, farCalls }) => told + farCalls));
  return {
    headline: [
      `stored ${onMs.toFixed(0)} ms after the end with webhooks, ${offMs.toFixed(0)} ms by polling: ${(offMs / onMs).toFixed(1)} times`,
      `with webhooks, ${far.toFixed(0)} ms of it are GitHub's stand-in: its telling and the three calls that read a result`,
    ],
    tables: [
      {
        columns: ['from the end of the run to', 'side', 'n', 'p50 ms', 'p99 ms', 'max ms'],
        rows: [
          ...ends('the stored result', ({ stored }) => stored),
          ...ends('the answer to who waits', ({ answered }) => answered),
        ],
      },
      {
        columns: ['of that, medians in ms', 'webhooks on', 'off, polling'],
        rows: [
          step(
            'until the delivery is being recorded (stand-in, and our check)',
            () => 0,
            ({ told = Number.NaN }) => told,
          ),
          step(
            'until Temporal has the signal (ours)',
            ({ told = Number.NaN }) => told,
            ({ noticed }) => noticed,
          ),
          step(
            'until the poll that finds it has answered',
            () => 0,
            ({ told, noticed }) => (told === undefined ? noticed : Number.NaN),
          ),
          step(
            'until the result is being read (Temporal, ours)',
            ({ noticed }) => noticed,
            ({ collecting }) => collecting,
          ),
          step(
            'until it is stored (three calls to the stand-in, ours)',
            ({ collecting }) => collecting,
            ({ stored }) => stored,
          ),
          step(
            'the three calls once more, by themselves (stand-in)',
            () => 0,
            ({ farCalls }) => farCalls,
          ),
          step(
            'until who waits has the answer (ours)',
            ({ stored }) => stored,
            ({ answered }) => answered,
          ),
        ],
      },
      {
        columns: ['', 'webhooks on', 'off, polling'],
        rows: [['CPU of the worker a run, ms', on.workerCpuMs, off.workerCpuMs]],
      },
    ],
    notes: [...notes, 'Real GitHub adds the network and its own time to tell; ours are the steps that are marked so.'],
  };
}
