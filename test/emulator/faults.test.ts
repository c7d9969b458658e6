import { expect } from 'chai';
import { createFaultPlan, FaultsSchema } from '../../src/emulator/faults.ts';

describe('the faults', () => {
  it('are none when nothing is asked for', () => {
    const faults = FaultsSchema.parse({});
    expect(faults.send.mode).to.equal('ok');
    expect(faults.receipts).to.deep.equal({
      delay: 100,
      duplicate: false,
      reorder: false,
      failCode: null,
      none: false,
    });
    expect(faults.inbound).to.deep.equal({ duplicate: false, reorder: false, delay: 0 });
  });

  for (const wrong of [
    { send: { mode: 'slowly' } },
    { send: { mode: '429', times: 0 } },
    { send: { mode: '429', share: 1.5 } },
    { receipts: { delay: -1 } },
    { inbound: { delays: 5 } },
    { sends: {} },
  ]) {
    it(`do not take ${JSON.stringify(wrong)}`, () => {
      expect(FaultsSchema.safeParse(wrong).success).to.equal(false);
    });
  }

  it('last for as many requests as asked for', () => {
    const plan = createFaultPlan(() => 0);
    plan.set(FaultsSchema.parse({ send: { mode: '503', times: 2 } }));
    expect([1, 2, 3].map(() => plan.takeSend(0).mode)).to.deep.equal(['503', '503', 'ok']);
    expect(plan.current).to.deep.equal(FaultsSchema.parse({}));
  });

  it('last until they are changed when no number is given', () => {
    const plan = createFaultPlan(() => 0);
    plan.set(FaultsSchema.parse({ send: { mode: 'drop' } }));
    expect(Array.from({ length: 50 }, () => plan.takeSend(0).mode)).to.deep.equal(Array(50).fill('drop'));
  });

  it('hit the share of requests asked for, and count only those', () => {
    const rolls = [0.1, 0.9, 0.29, 0.3, 0];
    const plan = createFaultPlan(() => rolls.shift()!);
    plan.set(FaultsSchema.parse({ send: { mode: '500', share: 0.3, times: 3 } }));
    expect([1, 2, 3, 4, 5].map(() => plan.takeSend(0).mode)).to.deep.equal(['500', 'ok', '500', 'ok', '500']);
    expect(plan.current.send.mode).to.equal('ok');
  });
});
