import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { counterStore } from '../../core/counter-store.ts';
import { connectDatabase, rowsOf } from '../../core/database.ts';
import { createLogger } from '../../core/logger.ts';
import { unitsOfWork } from '../../core/unit-of-work.ts';
import { anonymous } from '../../domain/identity/actor.ts';
import { systemPool } from '../../worker/system-pool.ts';

/** A message of Postgres' protocol: its letter, the length of what follows, and that. */
function message(letter: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(letter), length, body]);
}

/** What a server that is being stopped says to who comes in at that moment: welcome, ready, and good-bye, in one packet. */
const packet = Buffer.concat([
  message('R', Buffer.from([0, 0, 0, 0])),
  message('Z', Buffer.from('I')),
  message('E', Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0')),
]);

describe('a connection that the server ends as soon as it is open', () => {
  let server: Server;
  let url: string;
  const sockets = new Set<Socket>();
  before(async () => {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).once('data', () => socket.end(packet));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `postgres://tenon_app@127.0.0.1:${(server.address() as AddressInfo).port}/none`;
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const log = createLogger('test', 'silent');

  // That nobody hears the error would end this process, which mocha reports.
  it('fails a unit of work, and not the process', async () => {
    const db = connectDatabase(url, { poolSize: 2, applicationName: 'test' });
    const units = unitsOfWork({ db, deliver: () => Promise.resolve([]), onMarkError: () => undefined });
    for (let tries = 0; tries < 3; tries += 1) {
      await assert.rejects(units.read(anonymous, () => rowsOf(db, 'select 1')));
    }
    await db.close();
  });

  it('fails a statement of the relay’s, and not the process', async () => {
    const pool = systemPool(url, log);
    await assert.rejects(pool.query('select 1'));
    await pool.end();
  });

  it('refuses to count, and does not end the process', async () => {
    const counters = counterStore(url, log);
    await assert.rejects(counters.query({ text: 'select 1', values: [] }), { code: 'DATABASE_UNAVAILABLE' });
    await counters.close();
  });
});
