import { dropTestDatabase } from './database.ts';

/** Mocha's root hooks: what a whole test process shares ends with it. */
export const mochaHooks = {
  afterAll: dropTestDatabase,
};
