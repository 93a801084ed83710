import type { Sequelize } from 'sequelize';
import type { AccessTokens } from '../core/access-tokens.ts';
import type { Lockout } from '../core/lockout.ts';
import type { Logger } from '../core/logger.ts';
import type { Metrics } from '../core/metrics.ts';
import type { PasswordHasher } from '../core/passwords.ts';
import type { RateLimiter } from '../core/rate-limits.ts';
import type { Settings } from '../core/settings.ts';
import type { UnitsOfWork } from '../core/unit-of-work.ts';
import type { Waiter } from '../core/wait.ts';
import type { WorkerPresence } from '../core/worker-presence.ts';
import type { WorkflowRuns } from '../core/workflow-runs.ts';
import type { Links } from './links.ts';
import type { TokenVerifier } from './middleware/auth/verifier.ts';

/** What every handler is handed: the parts of the API process, made once in `compose.ts` (or by a test). */
export interface App {
  readonly settings: Settings;
  readonly db: Sequelize;
  /** `app.uow.write(actor, work, request)` and `app.uow.read(actor, work)`. */
  readonly uow: UnitsOfWork;
  /** `app.wait.until(topic, look, { timeoutMs, signal: request.signal })`, outside a unit of work. */
  readonly wait: Waiter;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly links: Links;
  /** Checks bearer tokens of every issuer that is accepted. */
  readonly tokens: TokenVerifier;
  /** Issues our own access tokens. */
  readonly accessTokens: AccessTokens;
  readonly passwords: PasswordHasher;
  /** Around each check of a password; see core/lockout.ts. */
  readonly lockout: Lockout;
  readonly limits: RateLimiter;
  readonly workers: WorkerPresence;
  /** For what belongs to no row: see core/workflow-runs.ts. */
  readonly workflows: WorkflowRuns;
}
