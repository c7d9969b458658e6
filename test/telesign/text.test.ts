import { expect } from 'chai';
import fc from 'fast-check';
import { SegmentedMessage } from 'sms-segments-calculator';
import { countSegments, normaliseText, splitText } from '../../src/telesign/text.ts';

const GSM_CHARACTERS = [
  ...'@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿',
  ...'abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€',
];
const FAMILY = '👨‍👩‍👧‍👦';
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const hasLoneSurrogate = (text: string) => /\p{Cs}/u.test(text);

describe('telesign/text', () => {
  describe('normaliseText', () => {
    it('makes every line end a newline', () => {
      expect(normaliseText('one\r\ntwo\rthree\nfour\r\r\nfive')).to.equal('one\ntwo\nthree\nfour\n\nfive');
    });

    it('drops NUL and other controls, and keeps tabs and newlines', () => {
      expect(normaliseText('a\0b\u0007c\u000b\u000cd\u001be\u007ff\u0085g\u009fh\ti\nj')).to.equal(
        'abcdefgh\ti\nj',
      );
    });

    it('puts U+FFFD in the place of half a surrogate pair, and keeps whole ones', () => {
      expect(normaliseText('a\ud83db😀\ude00')).to.equal('a\ufffdb😀\ufffd');
    });

    it('changes nothing else, and nothing the second time', () => {
      const untouched = ` \u00a0Grüße  ${FAMILY}\u200b\ufeff e\u0301 你好\n\n\t€ `;
      expect(normaliseText(untouched)).to.equal(untouched);
      fc.assert(
        fc.property(fc.string({ unit: 'binary' }), (text) => {
          const once = normaliseText(text);
          expect(normaliseText(once)).to.equal(once);
          expect(hasLoneSurrogate(once)).to.equal(false);
        }),
      );
    });
  });

  describe('countSegments', () => {
    const count = (text: string) => {
      const { segments, encoding } = countSegments(text);
      return `${segments} ${encoding}`;
    };

    it('takes 160 places alone and 153 in each of several segments in GSM-7', () => {
      expect(count('')).to.equal('1 GSM-7');
      expect(count('a'.repeat(160))).to.equal('1 GSM-7');
      expect(count('a'.repeat(161))).to.equal('2 GSM-7');
      expect(count('a'.repeat(306))).to.equal('2 GSM-7');
      expect(count('a'.repeat(307))).to.equal('3 GSM-7');
      expect(count('a'.repeat(1600))).to.equal('11 GSM-7');
    });

    it('takes 70 and 67 in UCS-2', () => {
      expect(count('你'.repeat(70))).to.equal('1 UCS-2');
      expect(count('你'.repeat(71))).to.equal('2 UCS-2');
      expect(count('你'.repeat(134))).to.equal('2 UCS-2');
      expect(count('你'.repeat(135))).to.equal('3 UCS-2');
      expect(count('你'.repeat(1600))).to.equal('24 UCS-2');
    });

    it('counts extension characters twice and never cuts one', () => {
      expect(count('€'.repeat(80))).to.equal('1 GSM-7');
      expect(count('€'.repeat(81))).to.equal('2 GSM-7');
      expect(count(`${'a'.repeat(152)}€${'a'.repeat(151)}`)).to.equal('2 GSM-7');
      expect(count(`${'a'.repeat(152)}€${'a'.repeat(152)}`)).to.equal('3 GSM-7');
      // In UCS-2 they take one place like the others.
      expect(count(`你${'€'.repeat(69)}`)).to.equal('1 UCS-2');
    });

    it('never cuts a surrogate pair', () => {
      expect(count('😀'.repeat(35))).to.equal('1 UCS-2');
      // 33 pairs to a segment: the 67th place stays empty.
      expect(count('😀'.repeat(66))).to.equal('2 UCS-2');
      expect(count('😀'.repeat(67))).to.equal('3 UCS-2');
    });

    it('counts a long combining sequence by what it holds, where the library counts one segment', () => {
      const sequence = `a${'\u0301'.repeat(1599)}`;
      expect(new SegmentedMessage(sequence).segmentsCount).to.equal(2);
      expect(count(sequence)).to.equal('24 UCS-2');
    });

    it('finds one character outside GSM-7 wherever it stands', () => {
      for (const odd of ['`', 'ç', '\t', '\u00a0', '’', 'ʹ', '☺', '😀', '\uffff']) {
        expect(count(`abc${odd}`), JSON.stringify(odd)).to.equal('1 UCS-2');
      }
    });

    it('agrees with the library on every text of GSM-7', () => {
      const text = fc.oneof(
        fc.string({ unit: fc.constantFrom(...GSM_CHARACTERS), maxLength: 700, size: 'max' }),
        fc.string({ unit: fc.constantFrom('a', '€', '{'), minLength: 140, maxLength: 480, size: 'max' }),
      );
      fc.assert(
        fc.property(text, (gsm) => {
          const theirs = new SegmentedMessage(gsm);
          expect(count(gsm)).to.equal(`${theirs.segmentsCount} ${theirs.encodingName}`);
        }),
      );
    });

    it('agrees with the library on every text of UCS-2 whose graphemes are single characters', () => {
      const text = fc.string({
        unit: fc.constantFrom('你', '好', 'a', 'ж', '€', '😀', '\n'),
        maxLength: 300,
      });
      fc.assert(
        fc.property(text, (ucs) => {
          const theirs = new SegmentedMessage(ucs);
          expect(count(ucs)).to.equal(`${theirs.segmentsCount} ${theirs.encodingName}`);
        }),
      );
    });

    it('agrees with the library on which characters are GSM-7', () => {
      const differing: string[] = [];
      for (let unit = 0; unit < 0x2100; unit += 1) {
        const character = String.fromCharCode(unit);
        if (countSegments(character).encoding !== new SegmentedMessage(character).encodingName) {
          differing.push(unit.toString(16));
        }
      }
      expect(differing).to.deep.equal([]);
    });
  });

  describe('splitText', () => {
    const texts = (text: string, limit?: number) => splitText(text, limit).map((part) => part.text);

    it('leaves a text alone that fits, without a mark', () => {
      expect(splitText('Hello')).to.deep.equal([{ text: 'Hello', segments: 1 }]);
      expect(texts('  Hello\n')).to.deep.equal(['  Hello\n']);
      expect(splitText('x'.repeat(1600))).to.deep.equal([{ text: 'x'.repeat(1600), segments: 11 }]);
      expect(texts('a\r\nb\0')).to.deep.equal(['a\nb']);
    });

    it('makes nothing of a text without anything to read', () => {
      for (const empty of ['', ' ', '\n\n\t', '\0', ' '.repeat(5000), '\u3000\u00a0']) {
        expect(splitText(empty)).to.deep.equal([]);
      }
    });

    it('needs no second message for whitespace at the ends alone', () => {
      expect(texts(`\n ${'x'.repeat(1599)} ${'\n'.repeat(50)}`)).to.deep.equal(['x'.repeat(1599)]);
    });

    it('marks the parts and counts the segments with the mark', () => {
      const parts = splitText(`${'a'.repeat(1590)} ${'b'.repeat(20)}`);
      expect(parts.map((part) => part.text)).to.deep.equal([
        `(1/2) ${'a'.repeat(1590)}`,
        `(2/2) ${'b'.repeat(20)}`,
      ]);
      expect(parts.map((part) => part.segments)).to.deep.equal([11, 1]);
      // 153 places, and a mark of 6 makes 159; one more would be two segments.
      const [, last] = splitText(`${'a'.repeat(1590)} ${'b'.repeat(154)}`);
      expect(last?.segments).to.equal(1);
      const [, longer] = splitText(`${'a'.repeat(1590)} ${'b'.repeat(155)}`);
      expect(longer?.segments).to.equal(2);
    });

    it('cuts at a paragraph rather than at a later line, sentence or word', () => {
      expect(texts('One two three. Four.\n\nFive six. Seven\neight nine ten', 40)).to.deep.equal([
        '(1/2) One two three. Four.',
        '(2/2) Five six. Seven\neight nine ten',
      ]);
    });

    it('cuts at a line or sentence rather than at a later word', () => {
      expect(texts('One two three four. Five six seven eight nine', 36)).to.deep.equal([
        '(1/2) One two three four.',
        '(2/2) Five six seven eight nine',
      ]);
      expect(texts('One two three four\nFive six seven eight nine', 36)).to.deep.equal([
        '(1/2) One two three four',
        '(2/2) Five six seven eight nine',
      ]);
      expect(texts('He said "one two." Then he said nothing more', 36)).to.deep.equal([
        '(1/2) He said "one two."',
        '(2/2) Then he said nothing more',
      ]);
    });

    it('does not part the number of a list’s item from its text', () => {
      expect(texts('Choose one of: 1. Where is it 2. Somebody else', 38)).to.deep.equal([
        '(1/2) Choose one of: 1. Where is it',
        '(2/2) 2. Somebody else',
      ]);
    });

    it('cuts at a word when a sentence ends too early', () => {
      expect(texts('Yes. One two three four five six seven eight', 36)).to.deep.equal([
        '(1/2) Yes. One two three four five',
        '(2/2) six seven eight',
      ]);
    });

    it('cuts Chinese after a sentence or a comma, which no space follows', () => {
      const sentence = `${'你'.repeat(14)}。」${'好'.repeat(5)}，`;
      expect(texts(`${sentence}${'嗎'.repeat(15)}`, 32)).to.deep.equal([
        `(1/2) ${'你'.repeat(14)}。」`,
        `(2/2) ${'好'.repeat(5)}，${'嗎'.repeat(15)}`,
      ]);
      expect(texts(`${'你'.repeat(20)}，${'好'.repeat(20)}`, 32)).to.deep.equal([
        `(1/2) ${'你'.repeat(20)}，`,
        `(2/2) ${'好'.repeat(20)}`,
      ]);
    });

    it('cuts a long word between graphemes: emoji, flags, families, accents', () => {
      for (const grapheme of ['😀', '🇩🇪', FAMILY, 'e\u0301', '👍🏽', 'नि', '각', '1️⃣']) {
        const parts = texts(grapheme.repeat(60), 40);
        expect(parts.length).to.be.greaterThan(1);
        for (const part of parts) {
          const content = part.replace(/^\(\d+\/\d+\) /, '');
          expect(content.length % grapheme.length, `${grapheme} in ${part}`).to.equal(0);
        }
      }
    });

    it('keeps a space that a mark combines with', () => {
      const parts = texts(`${'a'.repeat(30)} \u0301${'b'.repeat(25)}`, 40);
      expect(parts).to.deep.equal([`(1/2) ${'a'.repeat(30)}`, `(2/2)  \u0301${'b'.repeat(25)}`]);
      const thai = texts(`${'a'.repeat(30)} \u0e33${'b'.repeat(25)}`, 40);
      expect(thai).to.deep.equal([`(1/2) ${'a'.repeat(30)}`, `(2/2)  \u0e33${'b'.repeat(25)}`]);
    });

    it('cuts a grapheme that is longer than a part between code points', () => {
      const monster = `a${'\u0301'.repeat(4000)}`;
      const parts = texts(monster);
      expect(parts).to.have.lengthOf(3);
      expect(parts.map((part) => part.slice(6)).join('')).to.equal(monster);
      // U+1D165 combines and is a surrogate pair: with an odd number of places left, one stays empty.
      const pairs = `ab${'\u{1d165}'.repeat(2000)}`;
      for (const part of texts(pairs, 41)) expect(hasLoneSurrogate(part)).to.equal(false);
    });

    it('numbers ten, a hundred and a thousand parts, all within the limit', () => {
      for (const [words, from, to] of [
        [60, 10, 20],
        [700, 100, 250],
        [7000, 1000, 2500],
      ] as const) {
        const parts = texts('lorem '.repeat(words).trim(), 32);
        expect(parts.length).to.be.within(from, to);
        parts.forEach((part, n) => {
          expect(part.startsWith(`(${n + 1}/${parts.length}) `)).to.equal(true);
          expect(part.length).to.be.at.most(32);
        });
        expect(parts.flatMap((part) => part.replace(/^\S+ /, '').split(' '))).to.have.lengthOf(words);
      }
    });

    it('takes less than 100 ms for 200,000 characters of any kind', () => {
      const bases = [
        'Lorem ipsum dolor sit amet. ',
        '你好嗎？',
        'x',
        FAMILY,
        'a\u0301',
        ' \u0301',
        '\u0600 ',
        '\n\na',
      ];
      for (const base of bases) {
        const text = base.repeat(Math.ceil(200_000 / base.length));
        // The best of three: the machine may be busy with something else.
        const durations = [1, 2, 3].map(() => {
          const started = performance.now();
          expect(splitText(text).length).to.be.at.least(125);
          return performance.now() - started;
        });
        expect(Math.min(...durations), JSON.stringify(base)).to.be.lessThan(100);
      }
    });

    it('refuses a limit that leaves no room beside the marks', () => {
      expect(() => splitText('text', 31))
        .to.throw()
        .with.property('code', 'internal');
    });

    const piece = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom('word', 'a', 'longerword', ' ', ' ', ' ', '. ', '\n', '\n\n', '   '),
      },
      {
        weight: 3,
        arbitrary: fc.constantFrom('😀', FAMILY, '🇩🇪', 'e\u0301', '你好', '。', '，', '€', '\u00a0', 'ำ'),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom('\u0301', '\u200d', '\u0600', '\ud83d', '\ude00', '\0', '\r\n', '\ufe0f'),
      },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20, size: 'max' }) },
      { weight: 1, arbitrary: fc.constantFrom('x'.repeat(50), `a${'\u0301'.repeat(50)}`, ' '.repeat(60)) },
    );
    const anyText = fc.array(piece, { maxLength: 120, size: 'max' }).map((pieces) => pieces.join(''));
    const anyLimit = fc.constantFrom(32, 33, 40, 61, 100);

    it('loses nothing but whitespace at the cuts, keeps to the limit and to graphemes, whatever the text', () => {
      fc.assert(
        fc.property(anyText, anyLimit, (text, limit) => {
          const whole = normaliseText(text);
          const parts = splitText(text, limit);
          if (parts.length <= 1) {
            const [only = ''] = parts.map((part) => part.text);
            expect(whole.trim().startsWith(only.trim())).to.equal(true);
            expect(only.trim()).to.equal(whole.trim());
            return;
          }
          const boundaries = new Set([whole.length]);
          const long = new Set<number>();
          for (const { segment, index } of graphemes.segment(whole)) {
            boundaries.add(index);
            // Those that hardly fit beside a mark of up to 14 characters may be cut.
            if (segment.length > limit - 14) for (let n = 1; n < segment.length; n += 1) long.add(index + n);
          }
          let at = 0;
          parts.forEach((part, n) => {
            const mark = `(${n + 1}/${parts.length}) `;
            expect(part.text.startsWith(mark)).to.equal(true);
            expect(part.text.length).to.be.at.most(limit);
            expect(hasLoneSurrogate(part.text)).to.equal(false);
            expect(part.segments).to.equal(countSegments(part.text).segments);
            const content = part.text.slice(mark.length);
            expect(content).to.match(/\S/);
            while (!whole.startsWith(content, at)) {
              expect(whole[at], 'what is lost').to.match(/\s/);
              at += 1;
            }
            expect(boundaries.has(at) || long.has(at), `a part begins inside a grapheme at ${at}`).to.equal(
              true,
            );
            at += content.length;
            const end = boundaries.has(at) || long.has(at) || whole.slice(at).trim() === '';
            expect(end, `a part ends inside a grapheme at ${at}`).to.equal(true);
          });
          expect(whole.slice(at).trim()).to.equal('');
        }),
        { numRuns: 300 },
      );
    });
  });
});
