import { randomInt } from 'node:crypto';

const given = process.env['TENON_CHAOS_SEED'];

/** Of this run: another one each time, unless `TENON_CHAOS_SEED` says which. */
export const chaosSeed = given === undefined ? randomInt(2 ** 31) : Number(given);

/** Whether this is `npm run test:full`. */
export const isFull = process.env['TENON_TEST_FULL'] === '1';

export const say = (line: string): void => void process.stdout.write(`${line}\n`);
