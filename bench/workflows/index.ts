// What the benchmark's workers run: the product's workflows and the bare one beside them.
export * from '../../workflows/index.ts';
export { bareRunWorkflow as bareRun } from './bare-run.workflow.ts';
