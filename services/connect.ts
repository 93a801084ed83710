import type { Sequelize } from 'sequelize';
import { connectDatabase } from '../core/database.ts';
import { filterByTenant } from '../core/tenant-filter.ts';
import { defineModels } from '../models/index.ts';

/**
 * Connects as `tenon_app` and binds the models to this connection; once a process. `seal` limits the models to the unit of
 * work's organisation; only a test hands in another, to see that the database would do alone.
 */
export function connect(
  url: string,
  options: { poolSize: number; applicationName: string },
  seal: (db: Sequelize) => void = filterByTenant,
): Sequelize {
  const db = connectDatabase(url, options);
  defineModels(db);
  seal(db);
  return db;
}
