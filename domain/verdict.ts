/** What a policy says: `denied` becomes 403, `hidden` 404, so that nobody learns what exists in another's place. */
export type Verdict = 'allowed' | 'denied' | 'hidden';
