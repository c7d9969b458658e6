import { expect } from 'chai';
import { ExpressionError } from '../../src/cel.ts';
import { compileCondition, type RoutingRoots, scopeOf } from '../../src/conversations/routing-condition.ts';

const ROOTS: RoutingRoots = {
  customer: '34600100200',
  number: '15550109999',
  locale: 'es',
  reason: 'customer_asked',
  vars: { topic: 'order', order: { number: '1042', lines: [{ sku: 'A' }] }, total: 12.5, 'a b': 1 },
  skills: ['orders'],
  priority: 2,
  time: { hour: 22, minute: 30, weekday: 5, date: '2026-12-25' },
  queue: null,
  open: { support: true, 'out-of-town': false },
  waiting: { support: 3 },
};

const evaluate = (text: string, roots: Partial<RoutingRoots> = {}) =>
  compileCondition(text).evaluate(scopeOf({ ...ROOTS, ...roots }));
const values = (text: string, roots: Partial<RoutingRoots> = {}) =>
  compileCondition(text).valuesIn(scopeOf({ ...ROOTS, ...roots }));

function refused(text: string): ExpressionError {
  try {
    compileCondition(text);
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  return expect.fail(`${text} was to be refused`);
}

describe('a condition of a routing rule', () => {
  it('sees each of the facts', () => {
    for (const text of [
      'customer.startsWith("34")',
      'number == "15550109999"',
      'locale == "es"',
      'reason == "customer_asked"',
      'vars.topic == "order" && vars.order.lines[0].sku == "A" && vars["a b"] == 1',
      'vars.total + 1 > 13',
      '"orders" in skills',
      'priority >= 2 && priority < 2.5',
      'time.hour >= 22 && time.minute == 30 && time.weekday <= 5 && time.date == "2026-12-25"',
      'queue == null',
      'open.support && !open["out-of-town"]',
      'waiting.support > 2',
      'vars.exists(name, name == "topic")',
    ]) {
      expect(evaluate(text), text).to.equal(true);
    }
    expect(evaluate('queue == "billing"')).to.equal(false);
    expect(evaluate('queue == "billing"', { queue: 'billing' })).to.equal(true);
  });

  it('says when it has no value, and when that is not true or false', () => {
    expect(evaluate('vars.color == "red"')).to.equal('no_value');
    expect(evaluate('has(vars.color) && vars.color == "red"')).to.equal(false);
    expect(evaluate('vars.topic > 3')).to.equal('no_value');
    expect(evaluate('open.gone')).to.equal('no_value');
    expect(evaluate('vars.topic')).to.equal('not_true_or_false');
    expect(evaluate('vars.constructor == 1')).to.equal('no_value');
  });

  it('is refused when it can never be right, and says where', () => {
    expect(refused('customer == ')).to.be.instanceOf(ExpressionError);
    expect(refused('true && colour == "red"')).to.include({ offset: 8, unknown: 'colour' });
    expect(refused('time.hours > 3').message).to.contain('hours');
    expect(refused('customer == 34').message).to.contain('string == int');
    expect(refused('3 in skills').message).to.contain('int');
    expect(refused('priority + 1').message).to.equal('it is always an int, never true or false');
    expect(refused('user.name == "Ana"').unknown).to.equal('user');
    expect(refused('true || customer.matches("^(34")')).to.include({
      message: 'the pattern is no regular expression: check its brackets and backslashes',
      offset: 25,
    });
  });

  it('is refused when it could take very long, or as much memory as there is', () => {
    const bombs = [
      'vars.topic.matches("(a+)+$")',
      'vars.topic.matches("^(\\\\w+\\\\s?)*$")',
      'customer.matches(vars.topic)',
      'customer.matches("(a" + "+)+$")',
      'customer.matches(true ? "(a+)+$" : "a")',
      '[1, 2].map(a, [1, 2].map(b, [1, 2].map(c, 1))).size() > 0',
      '"ab".split("").map(a, "ab").join().split("").map(a, "ab").join().split("").map(a, "ab").size() > 9',
      'cel.bind(a, "ab", cel.bind(b, a + a, cel.bind(c, b + b, c == "x")))',
    ];
    for (const bomb of bombs) expect(refused(bomb), bomb).to.be.instanceOf(ExpressionError);
    expect(refused('vars.topic.matches("(a+)+$")')).to.include({ offset: 19 });
  });

  it('may match a plain pattern, and go through a list for each item of another', () => {
    expect(evaluate('customer.matches("^34[0-9]{9}$")')).to.equal(true);
    expect(evaluate('skills.exists(a, ["x", "y"].exists(b, a == b)) || skills.all(a, a != "")')).to.be.a(
      'boolean',
    );
  });

  it('tells what it reads, and nothing else', () => {
    expect(values('customer.startsWith("34") && vars.topic == "order"')).to.deep.equal({
      customer: '34600100200',
      'vars.topic': 'order',
    });
    expect(values('vars.order.lines[0].sku == "A" || vars["a b"] == 1')).to.deep.equal({
      'vars.order.lines[0].sku': 'A',
      'vars["a b"]': 1,
    });
    expect(values('open[customer] || waiting.support > 2 || time.hour < 3')).to.deep.equal({
      open: { support: true, 'out-of-town': false },
      customer: '34600100200',
      'waiting.support': 3,
      'time.hour': 22,
    });
    expect(values('vars.color == "red" || vars.constructor == 1')).to.deep.equal({});
    expect(values('["x"].exists(item, item == vars.topic)')).to.deep.equal({ 'vars.topic': 'order' });
  });

  it('cuts long values, whole characters at a time, and tells at most ten', () => {
    const topic = `${'x'.repeat(98)}😀 and more`;
    expect(values('vars.topic == ""', { vars: { topic } })).to.deep.equal({
      'vars.topic': `${'x'.repeat(98)}…`,
    });
    const whole = values('"topic" in vars', { vars: { topic } });
    expect(whole.vars).to.be.a('string').with.length(100);
    const names = Array.from({ length: 12 }, (_, n) => `vars.n${n}`);
    const vars = Object.fromEntries(names.map((name) => [name.slice(5), 1]));
    const told = values(names.map((name) => `${name} == 1`).join(' && '), { vars });
    expect(Object.keys(told)).to.deep.equal(names.slice(0, 10));
  });

  it('knows which queues it asks for by name', () => {
    const { queueIds } = compileCondition('open.support && waiting["out-of-town"] < 3 && vars.open.x == 1');
    expect(queueIds).to.deep.equal(['support', 'out-of-town']);
  });
});
