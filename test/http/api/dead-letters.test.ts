import { expect } from 'chai';
import { CONVERSATION } from '../../support/conversations.ts';
import { handOver, openStage, type Stage } from '../stage.ts';

describe('messages that did not go out', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
    await handOver(stage);
    await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
  });
  afterEach(() => stage.close());

  async function sendBadly(text: string, outcome: 'failed' | 'unknown'): Promise<string> {
    stage.rig.answer = () =>
      outcome === 'unknown'
        ? { outcome: 'unknown', reason: 'broke off' }
        : { outcome: 'rejected', code: '11000', description: 'Invalid phone number', retryable: false };
    const { body } = await stage.call(`POST /api/conversations/${CONVERSATION}/messages`, { body: { text } });
    await stage.rig.send();
    return body.id;
  }
  const list = async (status: string) => {
    const { body } = await stage.call(`GET /api/messages?status=${status}`, { as: 'sam' });
    return body.items;
  };
  const post = (id: string, action: string, as = 'ana', body?: unknown) =>
    stage.call(`POST /api/messages/${encodeURIComponent(id)}/${action}`, { as, body });

  it('are listed by what became of them', async () => {
    const failed = await sendBadly('one', 'failed');
    const unknown = await sendBadly('two', 'unknown');
    expect(await list('failed')).to.have.length(1);
    expect((await list('failed'))[0]).to.include({ id: failed, status: 'failed', text: 'one' });
    expect((await list('failed'))[0].error).to.include({ code: '11000' });
    expect((await list('unknown')).map(({ id }: { id: string }) => id)).to.deep.equal([unknown]);
  });

  it('are listed by status only, a page at a time', async () => {
    expect((await stage.call('GET /api/messages', { as: 'sam' })).body.problems[0].path).to.equal(
      'query.status',
    );
    expect((await stage.call('GET /api/messages?status=sent', { as: 'sam' })).status).to.equal(400);
    await sendBadly('one', 'failed');
    await sendBadly('two', 'failed');
    const first = await stage.call('GET /api/messages?status=failed&limit=1', { as: 'sam' });
    const second = await stage.call(`GET /api/messages?status=failed&limit=1&cursor=${first.body.cursor}`, {
      as: 'sam',
    });
    expect([...first.body.items, ...second.body.items]).to.have.length(2);
    expect(second.body.cursor).to.equal(null);
  });

  it('are sent again when they failed', async () => {
    const failed = await sendBadly('one', 'failed');
    const again = await post(failed, 'resend');
    expect(again.status).to.equal(201);
    expect(again.body).to.include({ text: 'one', status: 'queued', direction: 'out' });
    expect(again.body.id).not.to.equal(failed);
    const { body } = await stage.call(`GET /api/conversations/${CONVERSATION}/messages`);
    const resent = body.items.filter((one: { resent?: boolean }) => one.resent);
    expect(resent.map(({ id }: { id: string }) => id)).to.deep.equal([failed]);
    expect(await list('failed')).to.deep.equal([]);
    const twice = await post(failed, 'resend');
    expect([twice.status, twice.body.id], 'the same new message').to.deep.equal([201, again.body.id]);
  });

  it('are settled when they are unknown', async () => {
    const unknown = await sendBadly('one', 'unknown');
    expect((await post(unknown, 'resend')).body.code).to.equal('wrong_message_status');
    expect((await post(unknown, 'settle', 'ana', { status: 'sent' })).body).to.include({ status: 'sent' });
    expect(await list('unknown')).to.deep.equal([]);
    expect((await post(unknown, 'settle', 'ana', { status: 'failed' })).body.code).to.equal(
      'wrong_message_status',
    );
    const other = await sendBadly('two', 'unknown');
    await post(other, 'settle', 'ana', { status: 'failed' });
    expect((await post(other, 'resend')).status).to.equal(201);
  });

  it('are for the owner and supervisors', async () => {
    const failed = await sendBadly('one', 'failed');
    expect((await post(failed, 'resend', 'ben')).body.code).to.equal('not_owner');
    expect((await post(failed, 'resend', 'sam')).status).to.equal(201);
    expect((await post('out:nothing:0', 'resend')).status).to.equal(404);
    expect((await post('out:nothing:0', 'settle', 'ana', { status: 'sent' })).status).to.equal(404);
    expect((await post(failed, 'settle', 'ana', { status: 'lost' })).body.problems[0].path).to.equal(
      'body.status',
    );
  });
});
