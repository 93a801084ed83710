import { Client, type ClientConfig } from 'pg';

/**
 * pg's client with a listener for errors from its birth. Whoever makes connections adds a listener when they are open, which is too
 * late for one that the server ends in the same breath: an error that nobody hears ends the process.
 */
export class HeardClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    this.on('error', () => {
      Object.assign(this, { _invalid: true }); // Sequelize gives out no such connection; pg itself refuses queries
    });
  }
}
