import { Worker } from 'node:worker_threads';
import pLimit from 'p-limit';
import { AppError } from '../../core/errors.ts';
import { readFields } from '../../domain/github/events.ts';

/**
 * Parsed here it holds up every other request meanwhile: 1 MiB of JSON a few milliseconds, 25 MiB more than a hundred
 * (docs/operations/webhooks.md). A candidate's push decides how large its payload is, so the large ones are parsed beside.
 */
const LARGE_BYTES = 1024 * 1024;
/** Each takes a core and many times the payload's bytes. */
const beside = pLimit(1);
const MOST_MEGABYTES = 1_024;

/** Gives back what the readers look at, and not the commits. Text, because a thread loads no TypeScript. */
const THREAD = `
const { parentPort, workerData: { bytes, names } } = require('node:worker_threads');
let payload;
try { payload = JSON.parse(Buffer.from(bytes).toString()); } catch { payload = undefined; }
const isObject = typeof payload === 'object' && payload !== null && !Array.isArray(payload);
const read = isObject ? Object.fromEntries(names.filter((name) => Object.hasOwn(payload, name)).map((name) => [name, payload[name]])) : null;
parentPort.postMessage({ isJson: payload !== undefined, read });
`;

/** The JSON of a webhook's body; of a large one only the fields that anybody reads. @throws {AppError} MALFORMED_BODY */
export async function parsePayload(body: Buffer): Promise<unknown> {
  if (body.length > LARGE_BYTES) return beside(() => parseBeside(body));
  try {
    return JSON.parse(body.toString());
  } catch (cause) {
    throw new AppError('MALFORMED_BODY', undefined, { cause });
  }
}

async function parseBeside(body: Buffer): Promise<unknown> {
  const bytes = new Uint8Array(body); // a copy that is the thread's: the body may be a part of a shared piece of memory
  const thread = new Worker(THREAD, {
    eval: true,
    execArgv: [], // none of the loaders of this process
    workerData: { bytes, names: readFields },
    transferList: [bytes.buffer],
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEGABYTES },
  });
  try {
    const { isJson, read } = await new Promise<{ isJson: boolean; read: unknown }>((resolve, reject) => {
      thread.once('message', resolve).once('error', reject);
    });
    if (isJson) return read;
  } catch (cause) {
    throw new AppError('MALFORMED_BODY', undefined, { cause }); // so deeply nested that it has no place
  } finally {
    await thread.terminate();
  }
  throw new AppError('MALFORMED_BODY');
}
