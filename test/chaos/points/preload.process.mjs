// `node --import tsx --import …/preload.process.mjs`. Threads inherit that too, and there neither tsx nor a point has any business.
import { isMainThread } from 'node:worker_threads';

if (isMainThread) await import('./taps.ts');
