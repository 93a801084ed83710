import { defineQuery, isCancellation, proxyActivities, setHandler } from '@temporalio/workflow';
import type { templateActivities } from '../../activities/templates.ts';
import {
  healthReport,
  liveReport,
  solutionBranch,
  staticReport,
  templateErrorOf,
  unchecked,
  type HealthReport,
  type ProbedRun,
  type TemplateError,
  type TemplateReport,
  type TemplateUnderTest,
} from '../../domain/hiring/template-health.ts';
import { failureOf } from '../failure.ts';
import { taskQueues } from '../queues.contract.ts';
import {
  templateHealthProgressQuery,
  type TemplateHealthInput,
  type TemplateHealthProgress,
} from './template-health.contract.ts';

type Activities = ReturnType<typeof templateActivities>;

const github = proxyActivities<Pick<Activities, 'checkTemplate' | 'dispatchTemplate' | 'readTemplateResults'>>({
  taskQueue: taskQueues.github,
  heartbeatTimeout: '10s', // the worker beats for it: an administrator waits, so a dead worker is noticed soon
  startToCloseTimeout: '50s', // a few calls to GitHub, each of which the adapter gives up after 8 s, or a download
  scheduleToCloseTimeout: '3m', // workers may be away for a deploy; then the answer is that the template was not reached
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '15s' },
});

/** Several templates, a few at a time; what goes wrong with one is its report and touches no other. */
export async function templateHealthWorkflow(input: TemplateHealthInput): Promise<HealthReport> {
  const { templates, concurrency, mode, workflowFile } = input;
  const checking = new Set<string>();
  let done = 0;
  setHandler(defineQuery<TemplateHealthProgress>(templateHealthProgressQuery), () => ({
    total: templates.length,
    done,
    checking: [...checking],
  }));
  const reports: TemplateReport[] = [];
  const queue = [...templates.entries()];
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const [index, template] = next;
        checking.add(template.templateKey);
        reports[index] = await checkOne(input, { ...template, mode, workflowFile }, index);
        checking.delete(template.templateKey);
        done += 1;
      }
    }),
  );
  return healthReport(mode, reports);
}

async function checkOne(
  input: TemplateHealthInput,
  template: TemplateUnderTest,
  index: number,
): Promise<TemplateReport> {
  const checked = await attempted(() => github.checkTemplate(template));
  if ('code' in checked) {
    return staticReport(template, unchecked, [templateErrorOf(checked.code, 'repo_unreachable')]);
  }
  const { report, hasSolution } = checked.value;
  if (template.mode === 'static' || !report.ok) return report;
  const probe = (branch: string): Promise<ProbedRun> =>
    probeBranch(input, template.repoFullName, branch, `template-health-${input.id}-${index}-${branch}`);
  const starter = probe(report.defaultBranch ?? '');
  if (!hasSolution) return liveReport(report, await starter, null);
  const [failing, passing] = await Promise.all([starter, probe(solutionBranch)]);
  return liveReport(report, passing, failing);
}

/** Dispatch, look until the run has ended, read what it left. */
async function probeBranch(
  { workflowFile, timeoutSeconds }: TemplateHealthInput,
  repo: string,
  branch: string,
  marker: string,
): Promise<ProbedRun> {
  const nothing = { branch, runId: null, conclusion: null, artifactName: null, counts: null };
  const failed = (known: Omit<ProbedRun, 'errors'>, error: TemplateError): ProbedRun => ({ ...known, errors: [error] });
  const sent = await attempted(() => github.dispatchTemplate({ repo, branch, workflowFile, marker }));
  if ('code' in sent) return failed(nothing, templateErrorOf(sent.code, 'workflow_dispatch_failed'));
  const { githubRunId } = sent.value;
  const dispatched = { ...nothing, runId: Number(githubRunId) };
  const poll = proxyActivities<Pick<Activities, 'checkTemplateRun'>>({
    taskQueue: taskQueues.github,
    startToCloseTimeout: '10s', // one read, which the adapter gives up after 8 s
    scheduleToCloseTimeout: `${timeoutSeconds}s`, // what the administrator allows the run
    retry: { initialInterval: '2s', backoffCoefficient: 1.5, maximumInterval: '8s' }, // "not yet" brings its own delay
  });
  const ended = await attempted(() => poll.checkTemplateRun({ repo, githubRunId }));
  if ('code' in ended) return failed(dispatched, templateErrorOf(ended.code, 'workflow_run_timeout'));
  const finished = { ...dispatched, conclusion: ended.value.conclusion };
  const results = await attempted(() => github.readTemplateResults({ repo, githubRunId }));
  if ('code' in results) return failed(finished, templateErrorOf(results.code, 'artifact_missing'));
  return { ...finished, ...results.value };
}

/** The code of what an activity threw for good; a cancellation ends the workflow. */
async function attempted<T>(work: () => Promise<T>): Promise<{ readonly value: T } | { readonly code: string }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { code: failureOf(error).errorCode };
  }
}
