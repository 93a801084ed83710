import * as tenancy from './0001-tenancy.ts';
import * as audit from './0002-audit.ts';
import * as hiring from './0003-hiring.ts';
import * as workspaces from './0004-workspaces.ts';
import * as delivery from './0005-delivery.ts';
import * as lookups from './0006-lookups.ts';
import * as access from './0007-access.ts';
import * as accounts from './0008-accounts.ts';
import * as accountLookups from './0009-account-lookups.ts';
import * as deliveriesByRun from './0010-deliveries-by-run.ts';
import * as candidateInvites from './0011-candidate-invites.ts';
import * as closing from './0012-closing.ts';
import * as sessionMails from './0013-session-mails.ts';
import * as githubBudget from './0014-github-budget.ts';
import * as githubEvents from './0015-github-events.ts';
import * as archiving from './0016-archiving.ts';

export interface Migration {
  readonly name: string;
  readonly up: string;
  readonly down: string;
}

/** Every migration, oldest first. A migration that has landed is frozen: a change is a new one. */
export const migrations: readonly Migration[] = [
  { name: '0001-tenancy', up: tenancy.up, down: tenancy.down },
  { name: '0002-audit', up: audit.up, down: audit.down },
  { name: '0003-hiring', up: hiring.up, down: hiring.down },
  { name: '0004-workspaces', up: workspaces.up, down: workspaces.down },
  { name: '0005-delivery', up: delivery.up, down: delivery.down },
  { name: '0006-lookups', up: lookups.up, down: lookups.down },
  { name: '0007-access', up: access.up, down: access.down },
  { name: '0008-accounts', up: accounts.up, down: accounts.down },
  { name: '0009-account-lookups', up: accountLookups.up, down: accountLookups.down },
  { name: '0010-deliveries-by-run', up: deliveriesByRun.up, down: deliveriesByRun.down },
  { name: '0011-candidate-invites', up: candidateInvites.up, down: candidateInvites.down },
  { name: '0012-closing', up: closing.up, down: closing.down },
  { name: '0013-session-mails', up: sessionMails.up, down: sessionMails.down },
  { name: '0014-github-budget', up: githubBudget.up, down: githubBudget.down },
  { name: '0015-github-events', up: githubEvents.up, down: githubEvents.down },
  { name: '0016-archiving', up: archiving.up, down: archiving.down },
];
