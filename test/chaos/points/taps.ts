// Loaded by preload.process.mjs before worker or API begin. The product does not know of it.
import { tapDatabase, tapDeliveries, tapRequests } from './taps-both.ts';

tapDatabase();
tapDeliveries();
if (process.argv[1]?.includes('worker')) {
  const { tapActivities, tapGithub, tapMail } = await import('./taps-worker.ts');
  tapActivities();
  tapGithub();
  tapMail();
} else {
  tapRequests();
}
