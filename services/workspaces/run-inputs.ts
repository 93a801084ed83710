import { SimulationTask } from '../../models/simulation-task.ts';
import type { TestRun } from '../../models/test-run.ts';

/** The input by which a run is found again: templates put it into the run's name. */
const MARKER = 'tenon_run';
/** Which day's tests to run. */
const DAY = 'tenon_day';

/** What Tenon adds to a run's inputs; a template need not declare them. */
export const ownInputs: readonly string[] = [MARKER, DAY];

/** The inputs that GitHub gets; what the candidate gave under our names loses. */
export async function inputsOf(run: TestRun): Promise<Record<string, string>> {
  const task = run.taskId === null ? null : await SimulationTask.findByPk(run.taskId);
  return { ...run.inputs, [MARKER]: run.id, ...(task && { [DAY]: String(task.dayIndex) }) };
}
