import { expect } from 'chai';
import fc from 'fast-check';
import { handoffRequest } from '../../src/telesign/handoff-request.ts';

describe('handoffRequest', () => {
  const NOTHING = {
    queue: null,
    reason: 'unspecified',
    summary: '',
    context: {},
    skills: [],
    priority: null,
    unlessClosed: false,
    untakenAfter: null,
  };

  it('reads what it knows', () => {
    const value = {
      queue: 'support',
      reason: 'customer_asked',
      summary: 'Wants a refund',
      context: { order: '17' },
      skills: [],
      priority: null,
      unlessClosed: false,
      untakenAfter: 600_000,
    };
    expect(handoffRequest(value)).to.deep.equal(value);
  });

  it('keeps as context what it does not know', () => {
    expect(handoffRequest({ order: '17', paid: true })).to.deep.equal({
      ...NOTHING,
      context: { order: '17', paid: true },
    });
    expect(handoffRequest({ queue: 'support', order: '17', context: { paid: true } })).to.deep.equal({
      ...NOTHING,
      queue: 'support',
      context: { order: '17', paid: true },
    });
  });

  it("takes a skill, as Microsoft's examples name it, and a bare string for the queue", () => {
    expect(handoffRequest({ Skill: 'billing' })).to.deep.equal({ ...NOTHING, queue: 'billing' });
    expect(handoffRequest({ skill: 'billing' })).to.deep.equal({ ...NOTHING, queue: 'billing' });
    expect(handoffRequest('billing')).to.deep.equal({ ...NOTHING, queue: 'billing' });
  });

  it('leaves in context what is of the wrong type', () => {
    expect(
      handoffRequest({ queue: 5, reason: {}, summary: null, untakenAfter: '10m', context: [1] }),
    ).to.deep.equal({
      ...NOTHING,
      context: { queue: 5, reason: {}, summary: null, untakenAfter: '10m', context: [1] },
    });
  });

  for (const value of [undefined, null, {}, '', () => 'x']) {
    it(`asks for the number's own queue on ${typeof value === 'function' ? 'a function' : JSON.stringify(value)}`, () => {
      expect(handoffRequest(value)).to.deep.equal(NOTHING);
    });
  }

  it('keeps a list or a number as the context `value`', () => {
    expect(handoffRequest([1, 2]).context).to.deep.equal({ value: [1, 2] });
    expect(handoffRequest(7).context).to.deep.equal({ value: 7 });
  });

  it('makes JSON of dates, and refuses what contains itself', () => {
    expect(handoffRequest({ due: new Date(0), none: undefined }).context).to.deep.equal({
      due: '1970-01-01T00:00:00.000Z',
    });
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(() => handoffRequest(circle)).to.throw(TypeError);
  });

  it('loses nothing of any object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const known = ['queue', 'skill', 'Skill', 'reason', 'summary', 'untakenAfter', 'context'];
        fc.pre(!known.some((key) => Object.hasOwn(value, key)));
        expect(JSON.stringify(handoffRequest(value).context)).to.equal(JSON.stringify(value));
      }),
    );
  });
});
