import { expect } from 'chai';
import fc from 'fast-check';
import { mayKnow, mayServe } from '../../src/conversations/rights.ts';
import { maySee } from '../../src/http/visibility.ts';
import { ROLES } from '../../src/store/documents.ts';
import { CONVERSATION } from '../support/conversations.ts';
import { openListener } from './listener.ts';
import { openStage, type Stage } from './stage.ts';

describe('who may see a conversation', () => {
  const passes = (check: () => void): boolean => {
    try {
      check();
      return true;
    } catch {
      return false;
    }
  };

  it('is its owner, who was asked, and whoever may claim it: what a colleague took from the bot nobody else', () => {
    const queue = fc.constantFrom('support', 'sales', 'returns');
    const agentId = fc.constantFrom('ana', 'ben');
    fc.assert(
      fc.property(
        fc.record({ id: agentId, role: fc.constantFrom(...ROLES), queues: fc.uniqueArray(queue) }),
        fc.record({ agentId, queueId: queue, consulted: fc.uniqueArray(agentId) }, { requiredKeys: [] }),
        (actor, conversation) => {
          const { queueId, consulted = [] } = conversation;
          const hasPart = conversation.agentId === actor.id || consulted.includes(actor.id);
          const isTaken = queueId === undefined && conversation.agentId !== undefined;
          const mayClaim = passes(() => mayServe(actor, queueId));
          const expected = hasPart || (mayClaim && (!isTaken || actor.role !== 'agent'));
          expect(maySee(actor, conversation)).to.equal(expected);
          expect(passes(() => mayKnow(actor, conversation))).to.equal(expected);
        },
      ),
    );
  });

  describe('that an agent has taken from the bot', () => {
    let stage: Stage;
    beforeEach(async () => {
      stage = await openStage();
      await stage.rig.textIn('my card is 1234');
      await stage.rig.turn();
    });
    afterEach(() => stage.close());

    const path = `/api/conversations/${CONVERSATION}`;
    const ask = (request: string, as: string, body?: unknown) =>
      stage.call(request, { as, ...(body === undefined ? {} : { body }) });
    const answers = async (as: string) => {
      const asked = [
        await ask(`GET ${path}`, as),
        await ask(`GET ${path}/messages`, as),
        await ask(`GET ${path}/trace`, as),
        await ask(`PUT ${path}/draft`, as, { text: 'x' }),
        await ask(`POST ${path}/messages`, as, { text: 'x', note: true }),
        await ask(`POST ${path}/leave`, as),
      ];
      const { items } = (await ask('GET /api/conversations', as)).body;
      return [...asked.map(({ status }) => Math.floor(status / 100)), items.length];
    };
    const ALL = [2, 2, 2, 2, 2, 2, 1];
    const NOTHING = [4, 4, 4, 4, 4, 4, 0];

    it('is the owner’s, and a supervisor’s, and of who was asked; also once it is closed', async () => {
      expect(await answers('eve'), 'the bot has it').to.deep.equal(ALL);
      await ask(`POST ${path}/claim`, 'ana');
      expect(await answers('eve')).to.deep.equal(NOTHING);
      expect(await answers('ana')).to.deep.equal(ALL);
      expect(await answers('sam')).to.deep.equal(ALL);
      await ask(`POST ${path}/consult`, 'ana', { agentId: 'eve' });
      expect((await ask(`GET ${path}/messages`, 'eve')).status).to.equal(200);
      await ask(`POST ${path}/leave`, 'eve');
      await ask(`POST ${path}/close`, 'ana', {});
      expect(await answers('eve')).to.deep.equal(NOTHING);
      expect(await answers('ana')).to.deep.equal(ALL);
    });

    it('is every agent’s again when a later session begins with the bot', async () => {
      await ask(`POST ${path}/claim`, 'ana');
      await ask(`POST ${path}/close`, 'ana', {});
      await stage.rig.textIn('me again');
      await stage.rig.turn();
      expect(await answers('eve')).to.deep.equal(ALL);
    });

    it('tells a colleague who claims it a moment later who was quicker, and no more', async () => {
      await ask(`POST ${path}/claim`, 'ana');
      const { body } = await ask(`POST ${path}/claim`, 'eve');
      expect(body).to.include({ status: 409, code: 'already_claimed', agentId: 'ana' });
      for (const action of ['accept', 'close', 'end']) {
        expect((await ask(`POST ${path}/${action}`, 'eve')).body.code, action).to.equal('forbidden');
      }
    });

    it('leaves colleagues’ streams with one event that says where it went', async () => {
      const [eve, ana, sam] = await Promise.all(
        ['eve', 'ana', 'sam'].map((as) => openListener(stage.url, as)),
      );
      const tick = () => {
        stage.rig.time += 1000;
        stage.changes.wake();
      };
      try {
        await ask(`POST ${path}/claim`, 'ana');
        tick();
        await eve!.hears('conversation', ({ data }) => data.agentId === 'ana');
        await ask(`POST ${path}/messages`, 'ana', { text: 'a private word', note: true });
        await ask(`POST ${path}/wait`, 'ana');
        tick();
        await sam!.hears('message', ({ data }) => data.text === 'a private word');
        await sam!.hears('conversation', ({ data }) => data.state === 'waiting');
        await ask(`POST ${path}/transfer`, 'sam', { agentId: 'ben' });
        tick();
        await ana!.hears('conversation', ({ data }) => data.agentId === 'ben');
        expect(eve!.of('message').map(({ data }) => data.text)).not.to.include('a private word');
        expect(eve!.of('conversation').map(({ data }) => data.agentId)).to.deep.equal(['ana']);
      } finally {
        for (const listener of [eve, ana, sam]) listener?.stop();
      }
    });
  });
});
