import type { Endpoint } from '../../endpoint.ts';
import { accountPage, accountScript, accountStyle } from './account-page.ts';

/** What people open in a browser. */
export const pageEndpoints: readonly Endpoint[] = [accountPage, accountScript, accountStyle];
