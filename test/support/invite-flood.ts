import pLimit from 'p-limit';
import { Pool } from 'pg';
import { pino } from 'pino';
import { allActivities } from '../../activities/index.ts';
import { rowsOf } from '../../core/database.ts';
import { deliverAfterCommit } from '../../core/delivery.ts';
import { createMetrics } from '../../core/metrics.ts';
import { readSettings } from '../../core/settings.ts';
import type { WriteLimits } from '../../domain/github/write-limits.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import type { WriteLimitSetting } from '../../local/github/control/types.ts';
import { invite } from '../../services/hiring/invites.ts';
import { deliverDue } from '../../worker/relay.ts';
import { testDatabase, type TestDatabase } from './database.ts';
import { makeSimulation } from './factories-hiring.ts';
import { makeUser } from './factories-identity.ts';
import {
  forgeOf,
  rememberingOwners,
  startTestGithub,
  tinyTemplate,
  turnsOn,
  type TestGithub,
} from './factories-workspaces.ts';
import { watchOf } from './github-watch.ts';
import { testEnvironment } from './settings.ts';
import { startDevTemporal } from './temporal-dev.ts';

/** Of one process, which has the workers too: its database connections must do for both. */
const REQUESTS_AT_ONCE = 5;

/** An organisation that invites to one simulation. Each invite makes two repositories. */
export interface Inviting {
  readonly orgId: string;
  /** Invites so many; the first of their repositories is also to be given to `githubUsername`. */
  invite(count: number, githubUsername?: string): Promise<void>;
}

/** The product's own services, workers and rows, between a Temporal dev server and a local GitHub that limits writes. */
export interface FloodWorld {
  readonly database: TestDatabase;
  readonly github: TestGithub;
  organisation(): Promise<Inviting>;
  /** Delivers what no writer could: call it now and then. */
  relay(): Promise<unknown>;
  close(): Promise<void>;
}

/** `limits` are the product's, `enforced` the local GitHub's. */
export async function startFloodWorld(limits: WriteLimits, enforced: Partial<WriteLimitSetting>): Promise<FloodWorld> {
  const database = await testDatabase();
  const github = await startTestGithub();
  await github.control.limitWrites(enforced);
  const temporal = await startDevTemporal();
  const log = pino({ level: 'silent' });
  const metrics = createMetrics({ processMetrics: false });
  const units = database.unitsWith(deliverAfterCommit({ client: temporal.client, metrics, log }));
  const { linkKeys } = readSettings(testEnvironment());
  const turns = turnsOn(units, limits);
  await temporal.work(
    allActivities({
      units,
      mail: { send: () => Promise.resolve({ outcome: 'sent' }) },
      from: 'Tenon <no-reply@tenon.example>',
      candidatePortalBaseUrl: 'https://portal.example',
      accountPortalUrl: 'https://portal.example/account',
      linkKeys,
      forge: forgeOf(github, log, { onRateLimited: (seconds) => turns.pause(seconds) }),
      turns,
      owners: rememberingOwners().owners,
      watch: watchOf(github),
      metrics,
      settings: { github: { workflowFile: 'tenon-ci.yml', webhookSecret: undefined } },
      log,
    }),
  );
  const atOnce = pLimit(REQUESTS_AT_ONCE);
  const pool = new Pool({ connectionString: database.systemUrl, max: 1 });

  async function inviteOne(recruiter: UserActor, simulationId: string, at: number, githubUsername?: string) {
    const invitee = { candidateName: 'Candidate', inviteEmail: `candidate${at}@flood.example` };
    await units.write(recruiter, async (uow) => {
      const { session } = await invite(uow, simulationId, invitee, { linkKeys, repoPrefix: 'tenon-ws-' });
      if (githubUsername === undefined) return;
      await rowsOf(
        uow.db,
        `update workspaces set github_username = $1 where candidate_session_id = $2 and org_id = $3
           and task_id = (select min(task_id) from workspaces where candidate_session_id = $2 and org_id = $3)`,
        [githubUsername, session.id, recruiter.orgId],
      );
    });
  }

  return {
    database,
    github,
    async organisation() {
      const recruiter = await makeUser();
      const made = await makeSimulation(recruiter);
      await database.rows('update simulation_tasks set template_repo = $1 where template_repo is not null', [
        tinyTemplate,
      ]);
      let invited = 0;
      return {
        orgId: recruiter.orgId,
        async invite(count, githubUsername) {
          const from = invited;
          invited += count;
          await atOnce.map(Array.from({ length: count }), (_, at) =>
            inviteOne(recruiter, made.id, from + at, githubUsername),
          );
        },
      };
    },
    relay: () => deliverDue({ pool, client: temporal.client, metrics, log }),
    async close() {
      await temporal.stop();
      await pool.end();
      await github.close();
    },
  };
}
