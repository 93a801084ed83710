import assert from 'node:assert/strict';
import { mailActivities } from '../../../../activities/mail.ts';
import type { MailMessage } from '../../../../adapters/mail/smtp.ts';
import type { EmailInput } from '../../../../workflows/mail/email.contract.ts';
import type { TestApi } from '../../../support/api.ts';
import { makeSimulation } from '../../../support/factories-hiring.ts';
import { messagesOf, recruiterOf, startHiringApi } from '../world.ts';

describe('the link of an invitation', () => {
  let api: TestApi;
  before(async () => {
    api = await startHiringApi({ environment: { TENON_CANDIDATE_PORTAL_BASE_URL: 'https://portal.test/base/' } });
  });
  after(() => api.close());

  it('is in the reply as it is in the mail', async () => {
    const { actor, token } = await recruiterOf(api);
    const { id } = await makeSimulation(actor);
    const { body } = await api.call<{ candidateSessionId: number; inviteUrl: string }>(
      'post',
      `/api/simulations/${id}/invite`,
      { token, body: { candidateName: 'Ada', inviteEmail: 'ada@test.example' } },
    );
    const messages = await messagesOf(api.database, body.candidateSessionId);
    const mail = messages.find(({ start }) => start.type === 'email');
    const texts: string[] = [];
    const send = ({ text }: MailMessage) => {
      texts.push(text);
      return Promise.resolve({ outcome: 'sent' } as const);
    };
    const { from } = api.settings.mail;
    const activities = mailActivities({ ...api.settings, units: api.app.uow, from, mail: { send } });
    await activities.sendEmail(mail?.start.input as EmailInput);
    assert.equal(/https:\S+/.exec(texts[0] ?? '')?.[0], body.inviteUrl);
  });
});
