import assert from 'node:assert/strict';
import { showSession } from '../../scripts/session.ts';
import { candidateOf, recruiterOf, startHiringApi, type Recruiter } from '../api/hiring/world.ts';
import type { TestApi } from '../support/api.ts';
import { makeSimulation } from '../support/factories-hiring.ts';

describe('npm run session', () => {
  let api: TestApi;
  let recruiter: Recruiter;
  let invited: { readonly candidateSessionId: number; readonly token: string };
  before(async () => {
    api = await startHiringApi();
    recruiter = await recruiterOf(api);
    const simulation = await makeSimulation(recruiter.actor, { title: 'Payments' });
    const { token } = recruiter;
    const body = { candidateName: 'Ada\u001b[31m\nLovelace', inviteEmail: 'ada@test.example' };
    const reply = await api.call<typeof invited>('post', `/api/simulations/${simulation.id}/invite`, { token, body });
    invited = reply.body;
    const ada = candidateOf(api, body.inviteEmail);
    await api.call('post', `/api/candidate/session/${invited.token}/verify`, { token: ada.token });
    const path = `/api/simulations/${simulation.id}/candidates/${invited.candidateSessionId}/revoke`;
    await api.call('post', path, { token, body: { reason: 'Hired elsewhere' } });
  });
  after(() => api.close());

  const show = (...args: string[]) =>
    showSession(args, {
      DATABASE_URL: api.database.appUrl,
      TEMPORAL_UI_URL: 'https://temporal.test',
      TEMPORAL_NAMESPACE: 'work place',
    });

  it('tells each event with its time, who, and the workflow’s link, oldest first', async () => {
    const id = String(invited.candidateSessionId);
    const { exitCode, text } = await show(id);
    assert.equal(exitCode, 0, text);
    const [head = '', simulation = '', clock = '', , ...events] = text.split('\n');
    assert.match(
      head,
      new RegExp(`^Candidate session ${id}: Ada.+ <ada@test.example>, revoked, life 1, clock ends .+ UTC$`),
    );
    assert.match(simulation, /^Simulation \d+: Payments, of .+ \(.+\)$/);
    const link = 'https://temporal.test/namespaces/work%20place/workflows/';
    assert.equal(clock, `${link}candidate-session%2F${id}%2F1`);
    const told = events.filter((line) => line.startsWith('20'));
    for (const line of told) assert.match(line, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC {2}\w/);
    const verbs = told.map((line) =>
      /(invited|requested|claimed|revoked|closed), by (\S+?);? /.exec(`${line} `)?.slice(1, 3),
    );
    const by = recruiter.actor.email;
    assert.deepEqual(
      verbs.map((found) => found?.[0]),
      ['requested', 'requested', 'invited', 'claimed', 'revoked', 'closed', 'closed'],
      text,
    );
    assert.ok(verbs[2]?.[1]?.startsWith(by) && verbs[4]?.[1]?.startsWith(by), text);
    assert.match(told[4] ?? '', /changed: revokedReason, status\. status="revoked" revokedReason="Hired elsewhere"$/);
    assert.ok(events.some((line) => line.startsWith(`    ${link}workspace%2F`)));
    assert.match(events.at(-1) ?? '', /^7 events$/);
  });

  it('lets nothing that a candidate chose steer the terminal, and tells no link’s token', async () => {
    const { text } = await show(String(invited.candidateSessionId));
    for (const line of text.split('\n')) assert.doesNotMatch(line, /\p{Cc}/u);
    assert.ok(!text.includes(invited.token));
  });

  it('ends with 1 for what is not there or cannot be asked, and with 2 for a wrong call', async () => {
    assert.deepEqual(await show('999999999'), { exitCode: 1, text: 'Candidate session not found' });
    for (const args of [[], ['x'], ['0'], ['1', '2'], ['-1']]) assert.equal((await show(...args)).exitCode, 2);
    assert.equal((await showSession(['1'], {})).exitCode, 2);
    const away = await showSession(['1'], { DATABASE_URL: 'postgres://tenon_app@127.0.0.1:1/none' });
    assert.equal(away.exitCode, 1);
    assert.match(away.text, /ECONNREFUSED/);
  });
});
