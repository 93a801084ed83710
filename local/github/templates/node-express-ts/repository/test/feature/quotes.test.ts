import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openDesk } from '../support/desk.ts';
import type { Desk } from '../support/desk.ts';

describe('POST /quotes', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk();
  });
  afterEach(() => desk.close());

  it('charges a single day at the daily rate, and asks for the deposit', async () => {
    const reply = await desk.post('/quotes', {
      itemId: 'hedge-trimmer',
      firstDay: '2026-05-04',
      lastDay: '2026-05-04',
    });
    assert.equal(reply.status, 200);
    assert.deepEqual(reply.body, {
      itemId: 'hedge-trimmer',
      firstDay: '2026-05-04',
      lastDay: '2026-05-04',
      days: 1,
      weeksCharged: 0,
      daysCharged: 1,
      rentalCents: 950,
      discountCents: 0,
      depositCents: 4_000,
      totalCents: 4_950,
    });
  });

  it('charges whole weeks at the weekly rate and the days that remain at the daily rate', async () => {
    const reply = await desk.post('/quotes', { itemId: 'cement-mixer', firstDay: '2026-05-04', lastDay: '2026-05-19' });
    assert.equal(reply.status, 200);
    assert.equal(reply.body.days, 16);
    assert.equal(reply.body.weeksCharged, 2);
    assert.equal(reply.body.daysCharged, 2);
    assert.equal(reply.body.rentalCents, 2 * 9_600 + 2 * 2_400);
  });

  it('charges a week where the single days would cost more than a week', async () => {
    const reply = await desk.post('/quotes', { itemId: 'cement-mixer', firstDay: '2026-05-04', lastDay: '2026-05-08' });
    assert.equal(reply.status, 200);
    assert.equal(reply.body.days, 5);
    assert.equal(reply.body.weeksCharged, 1);
    assert.equal(reply.body.daysCharged, 0);
    assert.equal(reply.body.rentalCents, 9_600);
  });

  it('does the same for the days that remain after whole weeks', async () => {
    const reply = await desk.post('/quotes', {
      itemId: 'hedge-trimmer',
      firstDay: '2026-05-04',
      lastDay: '2026-05-15',
    });
    assert.equal(reply.status, 200);
    assert.equal(reply.body.days, 12);
    assert.equal(reply.body.weeksCharged, 2);
    assert.equal(reply.body.daysCharged, 0);
    assert.equal(reply.body.rentalCents, 7_600);
  });

  it('keeps to single days where they cost the same as a week', async () => {
    const reply = await desk.post('/quotes', { itemId: 'cement-mixer', firstDay: '2026-05-04', lastDay: '2026-05-07' });
    assert.equal(reply.status, 200);
    assert.equal(reply.body.weeksCharged, 0);
    assert.equal(reply.body.daysCharged, 4);
    assert.equal(reply.body.rentalCents, 9_600);
  });

  it('gives members 15 % off the rental, rounded down to the cent, and never off the deposit', async () => {
    const reply = await desk.post('/quotes', {
      itemId: 'scaffold-tower',
      firstDay: '2026-05-04',
      lastDay: '2026-05-04',
      member: true,
    });
    assert.equal(reply.status, 200);
    assert.equal(reply.body.rentalCents, 3_333);
    assert.equal(reply.body.discountCents, 499);
    assert.equal(reply.body.depositCents, 25_000);
    assert.equal(reply.body.totalCents, 3_333 - 499 + 25_000);
  });

  it('answers 422 when member is not a yes or no', async () => {
    const reply = await desk.post('/quotes', {
      itemId: 'scaffold-tower',
      firstDay: '2026-05-04',
      lastDay: '2026-05-04',
      member: 'yes',
    });
    assert.equal(reply.status, 422);
    assert.equal(reply.body.error.code, 'invalid');
  });

  it('answers 422 for a day that is not in the calendar, and for a period of more than 28 days', async () => {
    const noSuchDay = { itemId: 'cement-mixer', firstDay: '2026-02-28', lastDay: '2026-02-30' };
    const tooLong = { itemId: 'cement-mixer', firstDay: '2026-05-01', lastDay: '2026-05-29' };
    assert.equal((await desk.post('/quotes', noSuchDay)).status, 422);
    assert.equal((await desk.post('/quotes', tooLong)).status, 422);
  });

  it('answers 404 for an item that the library does not own', async () => {
    const reply = await desk.post('/quotes', { itemId: 'submarine', firstDay: '2026-05-04', lastDay: '2026-05-04' });
    assert.equal(reply.status, 404);
    assert.equal(reply.body.error.code, 'not_found');
  });

  it('reserves nothing', async () => {
    const period = { firstDay: '2026-05-04', lastDay: '2026-05-06' };
    await desk.post('/quotes', { itemId: 'cement-mixer', ...period });
    const reply = await desk.get('/items/cement-mixer/availability?firstDay=2026-05-04&lastDay=2026-05-06');
    assert.equal(reply.body.freeUnits, 1);
  });
});

describe('the catalogue beside it', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk();
  });
  afterEach(() => desk.close());

  it('still lists every item', async () => {
    const reply = await desk.get('/items');
    assert.equal(reply.status, 200);
    assert.equal(reply.body.items.length, 3);
  });

  it('still shows one item with its rates', async () => {
    const reply = await desk.get('/items/cement-mixer');
    assert.equal(reply.body.dailyRateCents, 2_400);
    assert.equal(reply.body.weeklyRateCents, 9_600);
  });
});
