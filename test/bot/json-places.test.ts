import { expect } from 'chai';
import fc from 'fast-check';
import { lineAndColumn, placesOf } from '../../src/bot/json-places.ts';

describe('places in JSON', () => {
  it('are those of the values in maps, by their keys', () => {
    const text = '{\n "a": "x", "b": {"c": ["1", {"z": 1}], "d": {"e": "f: {\\"}"}}, "g":\n  "h"\n}';
    const found = [...placesOf(text)].map(([key, at]) => [key, text.slice(at, at + 5)]);
    expect(found).to.deep.equal([
      ['a', '"x", '],
      ['b', '{"c":'],
      ['b.c', '["1",'],
      ['b.d', '{"e":'],
      ['b.d.e', '"f: {'],
      ['g', '"h"\n}'],
    ]);
  });

  it('begin with the value, whatever keys and texts hold', () => {
    const key = fc.string().map((text) => text.replaceAll('.', ''));
    const value = fc.letrec((tie) => ({
      value: fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.array(fc.string()), tie('map')),
      map: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    })).map;
    fc.assert(
      fc.property(value, fc.constantFrom(0, 1, 2), (document, indent) => {
        const text = JSON.stringify(document, null, indent);
        const places = placesOf(text);
        const check = (map: unknown, path: string[]) => {
          if (typeof map !== 'object' || map === null || Array.isArray(map)) return;
          for (const [name, item] of Object.entries(map)) {
            const at = places.get([...path, name].join('.'));
            const written = JSON.stringify(item);
            const begin = typeof item === 'object' && item !== null ? written.slice(0, 1) : written;
            expect(text.slice(at, (at ?? 0) + begin.length)).to.equal(begin);
            check(item, [...path, name]);
          }
        };
        check(document, []);
      }),
    );
  });

  it('are told by line and column from 1', () => {
    expect(lineAndColumn('ab\ncd', 0)).to.deep.equal({ line: 1, column: 1 });
    expect(lineAndColumn('ab\ncd', 4)).to.deep.equal({ line: 2, column: 2 });
  });
});
