import { expect } from 'chai';
import fc from 'fast-check';
import { mayServe } from '../../src/conversations/rights.ts';
import { maySee } from '../../src/http/visibility.ts';
import { ROLES } from '../../src/store/documents.ts';

describe('who may see a conversation', () => {
  it('is its owner, and whoever may claim it', () => {
    const queue = fc.constantFrom('support', 'sales', 'returns');
    const agentId = fc.constantFrom('ana', 'ben');
    fc.assert(
      fc.property(
        fc.record({ id: agentId, role: fc.constantFrom(...ROLES), queues: fc.uniqueArray(queue) }),
        fc.record({ agentId, queueId: queue }, { requiredKeys: [] }),
        (actor, conversation) => {
          let mayClaim = true;
          try {
            mayServe(actor, conversation.queueId);
          } catch {
            mayClaim = false;
          }
          expect(maySee(actor, conversation)).to.equal(mayClaim || conversation.agentId === actor.id);
        },
      ),
    );
  });
});
