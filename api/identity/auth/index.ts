import type { Endpoint } from '../../endpoint.ts';
import { acceptInvitation } from './accept-invitation.ts';
import { changePassword } from './change-password.ts';
import { forgotPassword } from './forgot-password.ts';
import { issueToken } from './issue-token.ts';
import { login } from './login.ts';
import { logouts } from './logout.ts';
import { publishedKeys } from './published-keys.ts';
import { readMe, readOwnAccounts } from './read-me.ts';
import { refresh } from './refresh.ts';
import { registerOrganization, registerUser } from './register.ts';
import { resendVerification } from './resend-verification.ts';
import { resetPassword } from './reset-password.ts';
import { verifyEmailEndpoint } from './verify-email.ts';

export const authEndpoints: readonly Endpoint[] = [
  registerUser,
  registerOrganization,
  issueToken,
  login,
  refresh,
  ...logouts,
  changePassword,
  forgotPassword,
  resetPassword,
  verifyEmailEndpoint,
  resendVerification,
  acceptInvitation,
  readMe,
  ...readOwnAccounts,
  publishedKeys,
];
