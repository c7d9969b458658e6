import { expect } from 'chai';
import Telesign, { type Answer, type Callback } from 'telesignsdk';
import { API_KEY, CUSTOMER, CUSTOMER_ID, type Stage, setStage } from './stage.ts';

describe('the public telesignsdk client', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await setStage();
  });
  afterEach(() => stage.stop());

  /** A short timeout, since the client leaves its timeout's timer running after an answer. */
  const client = (apiKey = API_KEY) => new Telesign(CUSTOMER_ID, apiKey, stage.url, 500);

  const call = (run: (callback: Callback) => void) =>
    new Promise<Answer>((resolve, reject) => {
      run((error, answer) => (error ? reject(error) : resolve(answer)));
    });

  it('sends a message and asks for its status', async () => {
    const text = 'Grüße & 100 % 你好 😀\nline two';
    const { sms } = client();
    const sent = await call((callback) => sms.message(callback, CUSTOMER, text, 'ARN'));
    expect(sent.status.code).to.equal(290);
    expect(stage.emulator.messages()[0]).to.include({ id: sent.reference_id, to: CUSTOMER, text });
    const status = await call((callback) => sms.status(callback, sent.reference_id));
    expect(status).to.deep.equal(sent);
  });

  it('sends with its Basic authentication', async () => {
    const form = { phone_number: CUSTOMER, message: 'Hi', message_type: 'ARN', external_id: 'out:t1:0' };
    const sent = await call((callback) =>
      client().rest.execute(callback, 'POST', '/v1/messaging', form, 'Basic'),
    );
    expect(sent).to.include({ external_id: 'out:t1:0' });
  });

  it('is refused with a wrong key, and shown the text to sign', async () => {
    const refused = await call((callback) => client('bm8=').sms.message(callback, CUSTOMER, 'Hi', 'ARN'));
    expect(refused.status.code).to.equal(10008);
    expect(refused.signature_string).to.include(`phone_number=${CUSTOMER}&message=Hi`);
  });

  it('is told what is wrong with a message', async () => {
    const refused = await call((callback) => client().sms.message(callback, CUSTOMER, 'Hi', 'CHAT'));
    expect(refused.status.code).to.equal(11017);
  });
});
