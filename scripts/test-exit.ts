// Loaded into mocha by scripts/test.ts: tests that leave a handle open fail, and say so, instead of hanging until the time limit.
const GRACE_MS = 15_000; // for clean-up that goes on after the last hook

export const mochaHooks = {
  afterAll(): void {
    const limit = setTimeout(() => {
      const list = process.getActiveResourcesInfo().sort().join(', ');
      process.stderr.write(`The tests have ended, but something keeps their process alive: ${list}\n`);
      process.exit(1);
    }, GRACE_MS);
    limit.unref(); // by itself it keeps nothing alive
  },
};
