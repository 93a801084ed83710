import { claimSessionAlias, openSession, verifySession } from './sessions/claim-session.ts';
import { readCurrentTask } from './sessions/read-current-task.ts';
import { createSimulationEndpoint } from './simulations/create-simulation.ts';
import { inviteCandidateEndpoint } from './simulations/invite-candidate.ts';
import { listCandidatesEndpoint } from './simulations/list-candidates.ts';
import { listSimulationsEndpoint } from './simulations/list-simulations.ts';
import { listSubmissionsEndpoint } from './submissions/list-submissions.ts';
import { readSubmission } from './submissions/read-submission.ts';
import { submitTask } from './tasks/submit-task.ts';

/** The hiring API: contracts/hiring.md sections 3 and 4. */
export const hiringEndpoints = [
  listSimulationsEndpoint,
  createSimulationEndpoint,
  inviteCandidateEndpoint,
  listCandidatesEndpoint,
  verifySession,
  claimSessionAlias,
  openSession,
  readCurrentTask,
  submitTask,
  listSubmissionsEndpoint,
  readSubmission,
] as const;
