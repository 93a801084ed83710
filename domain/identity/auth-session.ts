/** Why a sign-in ended before its time. */
export type SessionEnd = 'signed_out' | 'reuse_detected' | 'password_changed' | 'deactivated';
