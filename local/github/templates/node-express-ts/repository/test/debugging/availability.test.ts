import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openDesk } from '../support/desk.ts';
import type { Desk } from '../support/desk.ts';

describe('availability', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk();
  });
  afterEach(() => desk.close());

  async function reserve(itemId: string, firstDay: string, lastDay: string): Promise<number> {
    return (await desk.post('/reservations', { itemId, customer: 'Ada', firstDay, lastDay })).status;
  }

  async function freeUnits(itemId: string, firstDay: string, lastDay: string): Promise<number> {
    const reply = await desk.get(`/items/${itemId}/availability?firstDay=${firstDay}&lastDay=${lastDay}`);
    return reply.body.freeUnits;
  }

  it('counts all units as free while nothing is reserved', async () => {
    assert.equal(await freeUnits('scaffold-tower', '2026-05-04', '2026-05-10'), 3);
  });

  it('refuses the only mixer to a second customer over the same days', async () => {
    assert.equal(await reserve('cement-mixer', '2026-05-08', '2026-05-10'), 201);
    assert.equal(await reserve('cement-mixer', '2026-05-08', '2026-05-10'), 409);
  });

  it('refuses it on a day in the middle of a longer reservation', async () => {
    assert.equal(await reserve('cement-mixer', '2026-05-08', '2026-05-12'), 201);
    assert.equal(await reserve('cement-mixer', '2026-05-10', '2026-05-11'), 409);
  });

  it('refuses it for one day when it is out for just that day', async () => {
    assert.equal(await reserve('cement-mixer', '2026-05-09', '2026-05-09'), 201);
    assert.equal(await reserve('cement-mixer', '2026-05-09', '2026-05-09'), 409);
  });

  it('refuses it on the day on which it comes back', async () => {
    assert.equal(await reserve('cement-mixer', '2026-05-06', '2026-05-09'), 201);
    assert.equal(await reserve('cement-mixer', '2026-05-09', '2026-05-12'), 409);
  });

  it('gives it out again from the day after', async () => {
    assert.equal(await reserve('cement-mixer', '2026-05-06', '2026-05-09'), 201);
    assert.equal(await reserve('cement-mixer', '2026-05-10', '2026-05-12'), 201);
  });

  it('counts a unit once when two customers have it one after the other', async () => {
    assert.equal(await reserve('hedge-trimmer', '2026-05-04', '2026-05-05'), 201);
    assert.equal(await reserve('hedge-trimmer', '2026-05-07', '2026-05-08'), 201);
    assert.equal(await freeUnits('hedge-trimmer', '2026-05-04', '2026-05-09'), 1);
    assert.equal(await reserve('hedge-trimmer', '2026-05-04', '2026-05-09'), 201);
  });

  it('shows what is left on the busiest day', async () => {
    await reserve('scaffold-tower', '2026-05-04', '2026-05-06');
    await reserve('scaffold-tower', '2026-05-06', '2026-05-08');
    await reserve('scaffold-tower', '2026-05-10', '2026-05-11');
    assert.equal(await freeUnits('scaffold-tower', '2026-05-04', '2026-05-12'), 1);
    assert.equal(await freeUnits('scaffold-tower', '2026-05-09', '2026-05-12'), 2);
  });

  it('frees the unit when a reservation is cancelled', async () => {
    const period = { firstDay: '2026-05-08', lastDay: '2026-05-10' };
    const taken = await desk.post('/reservations', { itemId: 'cement-mixer', customer: 'Ada', ...period });
    assert.equal((await desk.delete(`/reservations/${taken.body.id}`)).body.status, 'cancelled');
    assert.equal(await reserve('cement-mixer', '2026-05-08', '2026-05-10'), 201);
  });

  it('does not mix up different items', async () => {
    assert.equal(await reserve('cement-mixer', '2026-05-08', '2026-05-10'), 201);
    assert.equal(await freeUnits('hedge-trimmer', '2026-05-08', '2026-05-10'), 2);
  });
});
