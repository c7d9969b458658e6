import { expect } from 'chai';
import { handOver, openStage, type Stage } from '../stage.ts';

describe('/api/macros', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.close());

  const add = (steps: object[], id = 'm') =>
    stage.call('POST /api/macros', { as: 'sam', body: { id, name: 'A macro', steps } });
  const paths = (body: { problems: { path: string }[] }) => body.problems.map(({ path }) => path);

  it('are made, changed and deleted by supervisors, and listed for all', async () => {
    const steps = [{ do: 'note', text: 'seen' }, { do: 'end' }];
    expect((await add(steps)).body).to.deep.equal({ id: 'm', name: 'A macro', steps });
    expect((await add(steps)).body.code).to.equal('exists_already');
    const changed = await stage.call('PATCH /api/macros/m', { as: 'sam', body: { name: 'Other' } });
    expect(changed.body).to.deep.equal({ id: 'm', name: 'Other', steps });
    expect((await stage.call('GET /api/macros')).body.items).to.deep.equal([changed.body]);
    expect((await stage.call('PATCH /api/macros/no', { as: 'sam', body: {} })).status).to.equal(404);
    expect((await stage.call('DELETE /api/macros/m', { as: 'sam' })).status).to.equal(204);
    expect((await stage.call('DELETE /api/macros/m', { as: 'sam' })).status).to.equal(404);
  });

  it('are refused with the path of what is wrong', async () => {
    for (const [step, path] of [
      [{ do: 'reply' }, 'body.steps.0'],
      [{ do: 'reply', text: 'x', quickReply: 'y' }, 'body.steps.0'],
      [{ do: 'reply', text: 'Hi {{' }, 'body.steps.0.text'],
      [{ do: 'reply', quickReply: 'none' }, 'body.steps.0.quickReply'],
      [{ do: 'transfer' }, 'body.steps.0'],
      [{ do: 'transfer', queueId: 'moon' }, 'body.steps.0.queueId'],
      [{ do: 'transfer', agentId: 'moon' }, 'body.steps.0.agentId'],
      [{ do: 'dance' }, 'body.steps.0.do'],
      [{ do: 'wait', x: 1 }, 'body.steps.0.x'],
    ] as const) {
      expect(paths((await add([step])).body), JSON.stringify(step)).to.deep.equal([path]);
    }
    expect(paths((await add([{ do: 'close' }, { do: 'end' }])).body)).to.deep.equal(['body.steps.1']);
    expect(paths((await add([])).body)).to.deep.equal(['body.steps']);
    await stage.call('POST /api/quick-replies', {
      body: { slug: 'anas', personal: true, texts: { en: 'x' } },
    });
    expect(paths((await add([{ do: 'reply', quickReply: 'anas' }])).body)).to.deep.equal([
      'body.steps.0.quickReply',
    ]);
  });

  describe('run', () => {
    let conversation: string;
    const run = (as = 'ana', key?: string) =>
      stage.call(`POST /api/conversations/${conversation}/macros/m`, {
        as,
        ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
      });
    const written = async () =>
      (await stage.rig.transcript())
        .filter(({ author }) => author.kind === 'agent')
        .map(({ direction, text }) => [direction, text]);
    beforeEach(async () => {
      // A colleague is there, whom it may go to.
      await stage.call('PUT /api/me/presence', { as: 'ben', body: { presence: 'available' } });
      conversation = await handOver(stage);
      await stage.call(`POST /api/conversations/${conversation}/claim`);
      await stage.call('POST /api/quick-replies', {
        as: 'sam',
        body: { slug: 'eta', texts: { en: 'Order {{order}} is on its way.' } },
      });
    });

    it('does its steps in order', async () => {
      await add([
        { do: 'reply', quickReply: 'eta' },
        { do: 'note', text: 'Told them, @ben.' },
        { do: 'wait' },
        { do: 'end' },
        { do: 'close', outcome: 'solved', disposition: 'delivery', note: 'Done' },
      ]);
      const { status, body } = await run();
      expect(status).to.equal(200);
      expect(body.done.map((step: { do: string }) => step.do)).to.deep.equal([
        'reply',
        'note',
        'wait',
        'end',
        'close',
      ]);
      expect(body.refused).to.equal(null);
      expect(body.conversation).to.include({ id: conversation, state: 'closed' });
      expect(await written()).to.have.deep.members([
        ['out', 'Order 1234 is on its way.'],
        ['note', 'Told them, @ben.'],
        ['note', 'Done'],
      ]);
      const [session] = await stage.store.sessions.find({ conversationId: conversation }).toArray();
      expect(session).to.include({ outcome: 'solved', disposition: 'delivery', note: 'Done' });
      const notes = await stage.store.messages.find({ conversationId: conversation }).toArray();
      expect(notes.find(({ text }) => text.includes('@ben'))?.mentions).to.deep.equal(['ben']);
    });

    it('names colleagues in the notes that go with a transfer or a close', async () => {
      const mentions = async () =>
        (await stage.rig.transcript()).flatMap((message) => message.mentions ?? []).sort();
      await add([{ do: 'transfer', agentId: 'ben', note: 'Yours, @ben' }]);
      await run();
      expect(await mentions()).to.deep.equal(['ben']);
      await add([{ do: 'close', note: 'Done, @eve' }], 'over');
      await stage.call(`POST /api/conversations/${conversation}/macros/over`, { as: 'ben' });
      expect(await mentions()).to.deep.equal(['ben', 'eve']);
    });

    it('stops at the first refusal, and says what was done', async () => {
      await add([
        { do: 'reply', text: 'Hello {{customer}}' },
        { do: 'end' },
        { do: 'reply', text: 'too late' },
        { do: 'note', text: 'never' },
      ]);
      const { body } = await run();
      expect(body.done).to.deep.equal([
        { step: 0, do: 'reply' },
        { step: 1, do: 'end' },
      ]);
      expect(body.refused).to.include({ step: 2, do: 'reply', code: 'wrong_state' });
      expect(body.conversation.state).to.equal('wrap_up');
      expect(await written()).to.deep.equal([['out', 'Hello +15550100001']]);
    });

    it('does nothing when a text lacks a value', async () => {
      await add([
        { do: 'note', text: 'first' },
        { do: 'reply', text: 'Hi {{nobody}}' },
      ]);
      const { body } = await run();
      expect(body.done).to.deep.equal([]);
      expect(body.refused).to.include({ step: 1, code: 'invalid_request' });
      expect(body.refused.detail).to.include('nobody');
      expect(body.refused.missing).to.deep.equal(['nobody']);
      expect(await written()).to.deep.equal([]);
    });

    it('takes the rights that each step takes', async () => {
      await add([{ do: 'reply', text: 'x' }]);
      expect((await run('eve')).status).to.equal(403);
      expect((await run('ben')).body.refused).to.include({ step: 0, code: 'not_owner' });
      expect((await stage.call(`POST /api/conversations/${conversation}/macros/no`)).status).to.equal(404);
    });

    it('leaves it to the desk to say who may, also where it would move nothing', async () => {
      await stage.call(`POST /api/conversations/${conversation}/transfer`, {
        as: 'sam',
        body: { queueId: 'support' },
      });
      await add([{ do: 'transfer', queueId: 'support', note: 'please look' }]);
      const { body } = await run('ana', 'once');
      expect(body.done).to.deep.equal([]);
      expect(body.refused).to.include({ step: 0, do: 'transfer', code: 'not_owner' });
      expect(await written()).to.deep.equal([]);
    });

    it('keeps the note of a transfer to who has it already', async () => {
      await add([{ do: 'transfer', agentId: 'ana', note: 'please look' }]);
      expect((await run('sam', 'once')).body.done).to.have.length(1);
      expect(await written()).to.deep.equal([['note', 'please look']]);
    });

    it('does nothing twice when it is repeated', async () => {
      await add([
        { do: 'reply', text: 'Hello' },
        { do: 'transfer', queueId: 'sales', note: 'Yours' },
      ]);
      const first = await run('ana', 'once');
      expect(first.body.refused).to.equal(null);
      expect((await run('ana', 'once')).body).to.deep.equal(first.body);
      expect(await written()).to.have.length(2);
    });

    describe('again after an attempt that died half-way', () => {
      /** As if the process had gone before it could keep the answer. */
      const forget = async () => {
        for (const { _id } of await stage.store.idempotency.find({ expiresAt: { $gte: 0 } }).toArray()) {
          await stage.store.idempotency.updateOne(
            { _id },
            { $set: { lockedUntil: 0 }, $unset: { response: true } },
          );
        }
      };

      for (const last of [
        { do: 'wait' },
        { do: 'end' },
        { do: 'close' },
        { do: 'close', note: 'Done' },
        { do: 'transfer', queueId: 'support', note: 'Back' },
        { do: 'transfer', agentId: 'ben' },
      ]) {
        it(`does nothing twice: ${JSON.stringify(last)}`, async () => {
          await add([{ do: 'note', text: 'Seen' }, { do: 'reply', text: 'Hello' }, last]);
          const first = (await run('ana', 'once')).body;
          expect(first.done).to.have.length(3);
          const before = await written();
          await forget();
          expect((await run('ana', 'once')).body).to.deep.equal(first);
          expect(await written()).to.deep.equal(before);
        });
      }

      for (const only of [
        { do: 'wait' },
        { do: 'end' },
        { do: 'close' },
        { do: 'transfer', queueId: 'support' },
        { do: 'transfer', agentId: 'ben' },
      ]) {
        it(`refuses none of its own: ${JSON.stringify(only)}`, async () => {
          await add([only]);
          const first = (await run('ana', 'once')).body;
          expect(first.refused).to.equal(null);
          await forget();
          expect((await run('ana', 'once')).body).to.deep.equal(first);
        });
      }

      it('takes nobody away from whoever has taken them since', async () => {
        await add([{ do: 'transfer', queueId: 'support' }]);
        await run('sam', 'once');
        await forget();
        await stage.call(`POST /api/conversations/${conversation}/claim`, { as: 'ben' });
        const { body } = await run('sam', 'once');
        expect(body.refused).to.equal(null);
        expect(body.conversation).to.include({ state: 'active', agentId: 'ben' });
      });

      it('tells a step that was done from the same one that was not', async () => {
        const steps = [{ do: 'wait' }, { do: 'reply', text: 'Hello' }];
        await add(steps);
        await run('ana', 'once');
        await stage.store.macros.updateOne({ _id: 'm' }, { $push: { steps: { do: 'wait' } } });
        await forget();
        const { body } = await run('ana', 'once');
        expect(body.done).to.have.length(3);
        expect(body.conversation.state).to.equal('waiting');
        expect(await written()).to.have.length(1);
      });

      it('takes what was so before it came for nothing that it did', async () => {
        await stage.call(`POST /api/conversations/${conversation}/wait`);
        stage.rig.time += 1;
        await add([{ do: 'note', text: 'Seen' }, { do: 'wait' }]);
        expect((await run('ana', 'once')).body.refused).to.include({ step: 1, code: 'wrong_state' });
        await forget();
        expect((await run('ana', 'once')).body.refused).to.include({ step: 1, code: 'wrong_state' });
      });

      it('lets the note of a transfer say whether it was done', async () => {
        await add([{ do: 'note', text: 'Seen' }]);
        await run('sam', 'once');
        const transfer = { do: 'transfer' as const, queueId: 'support', note: 'please look' };
        await stage.store.macros.updateOne({ _id: 'm' }, { $push: { steps: transfer } });
        await forget();
        // A colleague was quicker, and said nothing.
        await stage.call(`POST /api/conversations/${conversation}/transfer`, {
          body: { queueId: 'support' },
        });
        expect((await run('sam', 'once')).body.done).to.have.length(2);
        expect((await written()).map(([, text]) => text)).to.include('please look');
      });

      it('does not go on in a session that the customer has opened since', async () => {
        await add([{ do: 'note', text: 'Seen' }]);
        await run('sam', 'once');
        const close = { do: 'close' as const, note: 'Done' };
        await stage.store.macros.updateOne({ _id: 'm' }, { $push: { steps: close } });
        await forget();
        await stage.call(`POST /api/conversations/${conversation}/close`, { body: {} });
        await handOver(stage);
        const { body } = await run('sam', 'once');
        expect(body.refused).to.include({ step: 1, code: 'wrong_state' });
        expect(body.conversation).to.include({ state: 'open', session: 2 });
      });

      it('leaves a session alone that the customer has opened since', async () => {
        await add([{ do: 'note', text: 'Seen' }, { do: 'close' }]);
        await run('sam', 'once');
        await forget();
        await handOver(stage);
        const { body } = await run('sam', 'once');
        expect(body.done).to.have.length(2);
        expect(body.conversation).to.include({ state: 'open', session: 2 });
      });

      it('goes on where that one stopped', async () => {
        await add([{ do: 'reply', text: 'Hello' }, { do: 'wait' }, { do: 'note', text: 'Seen' }]);
        await stage.store.macros.updateOne({ _id: 'm' }, { $pop: { steps: 1 } });
        await run('ana', 'once');
        await stage.store.macros.updateOne({ _id: 'm' }, { $push: { steps: { do: 'note', text: 'Seen' } } });
        await forget();
        expect((await run('ana', 'once')).body.done).to.have.length(3);
        expect(await written()).to.have.length(2);
      });
    });

    it('keeps a quick reply that it uses', async () => {
      await add([{ do: 'reply', quickReply: 'eta' }]);
      const remove = () => stage.call('DELETE /api/quick-replies/eta', { as: 'sam' });
      expect((await remove()).body.code).to.equal('in_use');
      await stage.call('DELETE /api/macros/m', { as: 'sam' });
      expect((await remove()).status).to.equal(204);
    });
  });
});
