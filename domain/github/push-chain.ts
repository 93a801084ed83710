/** A push to one branch as far as it says where the branch went. */
export interface Step {
  readonly id: string;
  readonly before: string;
  readonly after: string;
}

/**
 * Where a branch is, as far as what was told leads: from `head` on by pushes that begin where the one before ended, each once.
 * Pushes may be given in any order, because GitHub promises none: when all were told, the way that they make ends where the branch
 * is, whichever of several fitting ones is taken first. (Every push enters one commit and leaves one, so a walk that has
 * used up a commit's ways out can only be at the end.) What does not fit yet stays for later.
 */
export function followPushes(head: string, steps: readonly Step[]): { readonly head: string; readonly used: string[] } {
  const waiting = [...steps];
  const used: string[] = [];
  let at = head;
  for (;;) {
    const next = waiting.findIndex(({ before }) => before === at);
    const step = waiting[next];
    if (!step) return { head: at, used };
    waiting.splice(next, 1);
    used.push(step.id);
    at = step.after;
  }
}
