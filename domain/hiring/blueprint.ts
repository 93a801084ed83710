/** The five kinds of day; `code` and `debug` are worked on in a repository, the others are handed in as text. */
export type TaskType = 'design' | 'code' | 'debug' | 'handoff' | 'documentation';

export interface BlueprintDay {
  readonly dayIndex: number;
  readonly type: TaskType;
  readonly title: string;
  readonly description: string;
}

/** The five days of every simulation: contracts/hiring.md section 5. */
export const fiveDays: readonly BlueprintDay[] = [
  {
    dayIndex: 1,
    type: 'design',
    title: 'Architecture Plan',
    description:
      'Read the brief and write down how you would build it: the data models, the APIs, the constraints you see and the trade-offs you choose. Hand in your plan as text.',
  },
  {
    dayIndex: 2,
    type: 'code',
    title: 'Feature Implementation',
    description:
      'Open your workspace repository, implement the feature that its README describes for day 2, run the tests as often as you like, and submit when you are content.',
  },
  {
    dayIndex: 3,
    type: 'debug',
    title: 'Debugging Exercise',
    description:
      'Open your workspace repository, find out why the tests of day 3 fail, fix the cause rather than the symptom, and add a test that would have caught it. Then submit.',
  },
  {
    dayIndex: 4,
    type: 'handoff',
    title: 'Refactor & Handoff',
    description:
      'Clean up what you would not leave to a colleague, then write the handoff: what changed, what is left, and what the next engineer must know.',
  },
  {
    dayIndex: 5,
    type: 'documentation',
    title: 'Documentation',
    description:
      'Explain how the system works, how to run it, and the key decisions behind it, for someone who joins tomorrow.',
  },
];

/** Whether a task is worked on in a repository of its own. */
export function hasWorkspace(type: TaskType): boolean {
  return type === 'code' || type === 'debug';
}
