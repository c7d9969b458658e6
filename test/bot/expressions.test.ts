import { expect } from 'chai';
import { Expressions, type Scope } from '../../src/bot/expressions.ts';
import type { Json } from '../../src/bot-turn.ts';
import { ExpressionError } from '../../src/cel.ts';

const NAMES = ['order', 'count', 'price', 'name'];

function value(source: string, vars: Scope['vars'] = {}, rest: Partial<Scope> = {}): Json | undefined {
  const scope = { user: {}, session: {}, channel: {}, handoff: {}, hours: {}, queue: {}, ...rest, vars };
  return new Expressions(NAMES).compile(source).evaluate(scope);
}

function refused(source: string, wanted?: 'bool'): ExpressionError {
  try {
    new Expressions(NAMES).compile(source, wanted);
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('an expression', () => {
  it('sees variables by their names and under vars, and the other roots', () => {
    expect(value('order.found == false', { order: { found: false } })).to.equal(true);
    expect(value('vars.order.found', { order: { found: true } })).to.equal(true);
    expect(value('user.name + "!"', {}, { user: { name: 'Ana' } })).to.equal('Ana!');
    expect(value('session.number == 2', {}, { session: { number: 2 } })).to.equal(true);
    expect(value('channel.id', {}, { channel: { id: 'default' } })).to.equal('default');
  });

  it('knows the fields of the queue and its hours, and their types', () => {
    const hours = { open: false, opens: 'Monday 9:00 AM', holiday: null };
    expect(value('!hours.open && hours.holiday == null', {}, { hours })).to.equal(true);
    expect(value('"We open " + hours.opens', {}, { hours })).to.equal('We open Monday 9:00 AM');
    expect(value('queue.waiting > 10', {}, { queue: { id: 'support', waiting: 12 } })).to.equal(true);
    expect(refused('hours.opened')).to.include({ mistake: 'type' });
    expect(refused('queue.waiting', 'bool').message).to.equal('it is always an int, never true or false');
    expect(refused('queue.waiting + "!"')).to.include({ mistake: 'type' });
    expect(refused('hours.open == "yes"')).to.include({ mistake: 'type' });
  });

  it('counts in whole numbers and in fractions, and mixes them', () => {
    expect(value('count + 1', { count: 2 })).to.equal(3);
    expect(value('price + 1', { price: 2.5 })).to.equal(3.5);
    expect(value('1 - price', { price: 2.5 })).to.equal(-1.5);
    expect(value('price * 2', { price: 2.5 })).to.equal(5);
    expect(value('price / 2', { price: 2.5 })).to.equal(1.25);
    expect(value('count == 2 && price > 2', { count: 2, price: 2.5 })).to.equal(true);
  });

  it('gives JSON back', () => {
    expect(value('[1, "a", null, true]')).to.deep.equal([1, 'a', null, true]);
    expect(value('{"a": {"b": 1}}')).to.deep.equal({ a: { b: 1 } });
    expect(value('order', { order: { list: [1, { x: 2 }] } })).to.deep.equal({ list: [1, { x: 2 }] });
    expect(value('timestamp("2026-01-02T03:04:05Z")')).to.equal('2026-01-02T03:04:05.000Z');
    expect(value('["a", "b"].exists(x, x == name)', { name: 'b' })).to.equal(true);
    expect(value('1.0 / 0.0')).to.equal(null);
  });

  it('has no value where a variable is not set or does not fit', () => {
    expect(value('order.found')).to.equal(undefined);
    expect(value('order.found', { order: {} })).to.equal(undefined);
    expect(value('count + 1', { count: 'two' })).to.equal(undefined);
    expect(value('name.size() > 2', { name: null })).to.equal(undefined);
    expect(value('has(order.found)', { order: {} })).to.equal(false);
    expect(value('order == null')).to.equal(true);
  });

  it('cannot reach what JavaScript hangs on objects', () => {
    expect(value('order.constructor', { order: {} })).to.equal(undefined);
    expect(value('order["__proto__"]', { order: {} })).to.equal(undefined);
  });

  it('is refused when it does not parse, with the place', () => {
    expect(refused('count +')).to.include({ message: 'Unexpected token: EOF', offset: 7 });
  });

  it('is refused when a name or a function is not known', () => {
    expect(refused('1 + cuont')).to.include({ unknown: 'cuont', offset: 4 });
    expect(refused('shout(name)')).to.include({ unknown: 'shout', mistake: 'function' });
    expect(refused('name.siz() > 2')).to.include({ unknown: 'siz', mistake: 'function', offset: 0 });
  });

  it('is refused as a condition when it is never true or false', () => {
    expect(refused('"a" + name', 'bool').message).to.equal('it is always a string, never true or false');
    expect(() => new Expressions(NAMES).compile('order.found', 'bool')).not.to.throw();
    expect(() => new Expressions(NAMES).compile(true, 'bool')).not.to.throw();
  });

  it('is refused when it is longer than anybody writes', () => {
    expect(refused(Array.from({ length: 600 }, () => '1').join(' + '))).to.be.instanceOf(ExpressionError);
  });
});
