import { dirname } from 'node:path';
import type { BuiltInAction } from './types.ts';

/** Takes the Node.js that runs us, whatever version was asked for, and says so. */
export const setupNode: BuiltInAction = {
  inputs: ['cache', 'cache-dependency-path', 'node-version'],
  async run({ inputs, addPath, log }) {
    addPath(dirname(process.execPath));
    log.line(`Node.js ${process.version} of this machine (asked for: ${inputs['node-version'] ?? 'any'})`);
    return { 'node-version': process.version };
  },
};
