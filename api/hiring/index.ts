import { claimSessionAlias, openSession, verifySession } from './sessions/claim-session.ts';
import { listOwnInvitesEndpoint } from './sessions/list-own-invites.ts';
import { readCurrentTask } from './sessions/read-current-task.ts';
import { changeSimulationEndpoint } from './simulations/change-simulation.ts';
import { closeSimulationEndpoint } from './simulations/close-simulation.ts';
import { correctCandidateEndpoint } from './simulations/correct-candidate.ts';
import { createSimulationEndpoint } from './simulations/create-simulation.ts';
import { duplicateSimulationEndpoint } from './simulations/duplicate-simulation.ts';
import { inviteCandidateEndpoint } from './simulations/invite-candidate.ts';
import { listCandidatesEndpoint } from './simulations/list-candidates.ts';
import { listSimulationsEndpoint } from './simulations/list-simulations.ts';
import { readSimulationEndpoint } from './simulations/read-simulation.ts';
import { resendInviteEndpoint } from './simulations/resend-invite.ts';
import { revokeCandidateEndpoint } from './simulations/revoke-candidate.ts';
import { listSubmissionsEndpoint } from './submissions/list-submissions.ts';
import { readSubmission } from './submissions/read-submission.ts';
import { readTemplateHealth } from './templates/read-template-health.ts';
import { runTemplateHealth } from './templates/run-template-health.ts';
import { submitTask } from './tasks/submit-task.ts';

/** The hiring API: contracts/hiring.md sections 3 to 5. */
export const hiringEndpoints = [
  listSimulationsEndpoint,
  createSimulationEndpoint,
  readSimulationEndpoint,
  changeSimulationEndpoint,
  closeSimulationEndpoint,
  duplicateSimulationEndpoint,
  inviteCandidateEndpoint,
  listCandidatesEndpoint,
  resendInviteEndpoint,
  revokeCandidateEndpoint,
  correctCandidateEndpoint,
  listOwnInvitesEndpoint,
  verifySession,
  claimSessionAlias,
  openSession,
  readCurrentTask,
  submitTask,
  listSubmissionsEndpoint,
  readSubmission,
  readTemplateHealth,
  runTemplateHealth,
] as const;
