import { expect } from 'chai';
import { mentionsIn } from '../../src/conversations/mentions.ts';

describe('mentions', () => {
  const agents = new Set(['ana', 'ben.d', 'eve_', 'a-1']);
  for (const [text, mentions] of [
    ['@ana', ['ana']],
    ['ask @ana, @ben.d.', ['ana', 'ben.d']],
    ['(@a-1)…', ['a-1']],
    ['@ana @ana', ['ana']],
    ['is it @ana...?', ['ana']],
    ['@eve_', ['eve_']],
    ['請@ana', []],
    ['請 @ana 看', ['ana']],
    ['@anabel @Ana @nobody @', []],
    ['mail@ana me.@ana', []],
  ] as const) {
    it(`of “${text}” are ${mentions.length === 0 ? 'none' : mentions.join(', ')}`, () => {
      expect(mentionsIn(text, (id) => agents.has(id))).to.deep.equal(mentions);
    });
  }
});
