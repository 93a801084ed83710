import type { Bench } from '../harness/case.ts';
import { apiReads } from './api-reads.ts';
import { gitClone } from './git-clone.ts';
import { githubBudget } from './github-budget.ts';
import { hiring } from './hiring.ts';
import { outbox } from './outbox.ts';
import { readParts } from './read-parts.ts';
import { runResult } from './run-result.ts';
import { runsInFlight } from './runs-in-flight.ts';
import { sessions } from './sessions.ts';
import { signIn } from './sign-in.ts';
import { startup } from './startup.ts';
import { workflow } from './workflow.ts';

/** Every benchmark, in the order in which they run. */
export const cases: readonly Bench[] = [
  apiReads,
  readParts,
  outbox,
  workflow,
  startup,
  signIn,
  hiring,
  gitClone,
  runResult,
  sessions,
  runsInFlight,
  githubBudget,
];
