import type { Sequelize } from 'sequelize';
import { connectDatabase } from '../core/database.ts';
import { defineModels } from '../models/index.ts';

/** Connects as `tenon_app` and binds the models to this connection; once a process. */
export function connect(url: string, options: { poolSize: number; applicationName: string }): Sequelize {
  const db = connectDatabase(url, options);
  defineModels(db);
  return db;
}
