import type { Sequelize } from 'sequelize';
import { defineAccountLink } from './account-link.ts';
import { defineApiKey } from './api-key.ts';
import { defineAuthSession } from './auth-session.ts';
import { defineCandidateSession } from './candidate-session.ts';
import { defineEmail } from './email.ts';
import { defineOrganization } from './organization.ts';
import { defineRefreshToken } from './refresh-token.ts';
import { defineRole } from './role.ts';
import { defineSimulationTask } from './simulation-task.ts';
import { defineSimulation } from './simulation.ts';
import { defineSubmission } from './submission.ts';
import { defineTestRun } from './test-run.ts';
import { defineUserRole } from './user-role.ts';
import { defineUser } from './user.ts';
import { defineWorkspace } from './workspace.ts';

/** Binds every model to this process's database. */
export function defineModels(db: Sequelize): void {
  for (const define of [
    defineOrganization,
    defineUser,
    defineRole,
    defineUserRole,
    defineAuthSession,
    defineRefreshToken,
    defineApiKey,
    defineAccountLink,
    defineSimulation,
    defineSimulationTask,
    defineCandidateSession,
    defineSubmission,
    defineWorkspace,
    defineTestRun,
    defineEmail,
  ]) {
    define(db);
  }
}
