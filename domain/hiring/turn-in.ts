import { hasWorkspace, type TaskType } from './blueprint.ts';

interface TaskFacts {
  readonly id: string;
  readonly dayIndex: number;
  readonly type: TaskType;
}

/** The lowest day that has no submission, or `undefined` when all are handed in. */
export function currentTask<T extends TaskFacts>(tasks: readonly T[], submitted: ReadonlySet<string>): T | undefined {
  return [...tasks].sort((a, b) => a.dayIndex - b.dayIndex).find((task) => !submitted.has(task.id));
}

export type TurnInVerdict = 'ok' | 'already_submitted' | 'all_done' | 'out_of_order';

/** Whether it is this task's turn: contracts/hiring.md section 4, in its order. */
export function decideTurn(tasks: readonly TaskFacts[], submitted: ReadonlySet<string>, taskId: string): TurnInVerdict {
  if (submitted.has(taskId)) return 'already_submitted';
  const current = currentTask(tasks, submitted);
  if (!current) return 'all_done';
  return current.id === taskId ? 'ok' : 'out_of_order';
}

/** Text tasks need words; repository tasks bring a repository instead. */
export function isTurnInComplete(type: TaskType, contentText: string | undefined): boolean {
  return hasWorkspace(type) || (contentText !== undefined && contentText.trim() !== '');
}
