import { expect } from 'chai';
import fc from 'fast-check';
import { fillTemplate, isTemplate, replyValues, textFor } from '../../src/conversations/quick-replies.ts';
import { aConversation, CONVERSATION } from '../support/conversations.ts';

describe('quick replies', () => {
  it('are templates unless a {{ begins no placeholder', () => {
    for (const text of ['', 'a } b {', '{ {x}', '{{a}}', '{{ a.b_1.c }}', '{{{a}}}', '}} {{a}}', '{{a}}}}']) {
      expect(isTemplate(text), text).to.equal(true);
    }
    for (const text of ['{{', '{{}}', '{{a}', '{{a b}}', '{{1}}', '{{a.}}', '{{a}}{{', '{{a-b}}']) {
      expect(isTemplate(text), text).to.equal(false);
    }
  });

  it('are filled once, with what has a value', () => {
    const values = { a: '{{b}}', b: 1, yes: true, none: null, order: { number: '7', list: [1] } };
    expect(fillTemplate('{{a}} {{b}} {{yes}} {{order.number}} $&', values)).to.deep.equal({
      text: '{{b}} 1 true 7 $&',
      missing: [],
    });
    expect(fillTemplate('[{{none}}{{order}}{{order.list}}{{b.x}}{{x}}{{x}}]', values)).to.deep.equal({
      text: '[]',
      missing: ['none', 'order', 'order.list', 'b.x', 'x'],
    });
  });

  it('never show a {{ that is not in a value, nor throw, whatever was saved', () => {
    const pieces = fc.constantFrom('{', '}', '{{', '}}', 'a', '.', ' ', 'toString', '__proto__', 'é');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        const filled = fillTemplate(text, { a: 'A' });
        if (isTemplate(text)) expect(filled.text).to.not.match(/\{\{\s*[A-Za-z_]\w*(\.\w+)*\s*\}\}/);
        for (const name of filled.missing) expect(text).to.contain(name);
      }),
    );
  });

  it('name the people before the context', () => {
    const handoff = { reason: 'r', summary: 's', context: '{"agent":"somebody","order":"7"}' };
    const conversation = aConversation({ _id: CONVERSATION, handoff });
    expect(replyValues(conversation, { name: 'Ana' }, null)).to.deep.equal({
      customer: '+15550100001',
      number: '+15550109999',
      agent: 'Ana',
      queue: null,
      order: '7',
    });
  });

  it('are in the nearest language, the workstream’s, or the first', () => {
    const texts = { es: 'hola', 'zh-TW': '您好', 'en-GB': 'hello' };
    for (const [locale, standard, language] of [
      ['zh-Hant-HK', 'en', 'zh-TW'],
      ['es-MX', 'en', 'es'],
      ['de', 'en', 'en-GB'],
      ['de', 'fr', 'es'],
    ] as const) {
      expect(textFor({ texts }, locale, standard), locale).to.deep.equal({ language, text: texts[language] });
    }
  });
});
