import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { SwitchboardError } from '../../src/errors.ts';
import { parseCallback } from '../../src/telesign/callbacks.ts';

const read = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
const fixture = (name: string) => JSON.parse(read(`callbacks/${name}.json`).toString());
const parse = (body: unknown, numbers?: string[]) =>
  parseCallback(Buffer.from(JSON.stringify(body)), numbers);
const vectors = JSON.parse(read('telesign-vectors.json').toString()).callback_signature.vectors;

function problemsOf(body: unknown): unknown {
  try {
    typeof body === 'string' ? parseCallback(Buffer.from(body)) : parse(body);
  } catch (error) {
    expect(error).to.be.instanceOf(SwitchboardError).with.property('code', 'callback_not_understood');
    return (error as SwitchboardError).details.problems;
  }
  return 'none';
}

describe('telesign/callbacks', () => {
  describe('a customer’s text', () => {
    it('is read in the basic shape, with errors as a list', () => {
      expect(parse(fixture('inbound-basic'))).to.deep.equal({
        kind: 'inbound',
        referenceId: '0A1B2C3D4E5F60718293A4B5C6D7E8F9',
        from: '15550100001',
        to: '15550109999',
        text: 'where is my order?',
        submittedAt: Date.UTC(2026, 10, 24, 12, 0, 4, 900),
        provider: {},
      });
    });

    it('is read in the shape of Messaging, with errors as an object and a lower-case id', () => {
      expect(parse(fixture('inbound-messaging'))).to.deep.equal({
        kind: 'inbound',
        referenceId: '1A1B2C3D4E5F60718293A4B5C6D7E8F9',
        from: '4915550100002',
        to: '55512',
        text: 'STOP',
        submittedAt: Date.UTC(2026, 10, 24, 12, 0, 4, 900),
        provider: { action: 'stop', keyword: 'stop', country: 'DE', price: '0.01' },
      });
    });

    it('is read from both signed vectors', () => {
      const texts = vectors.map((vector: { body_base64: string }) => {
        const callback = parseCallback(Buffer.from(vector.body_base64, 'base64'));
        return callback.kind === 'inbound' && callback.text;
      });
      expect(texts).to.deep.equal(['Hi, where is my order?', 'Grüße 😀']);
    });

    it('is read without any of the optional fields', () => {
      expect(
        parse({ reference_id: 'ab12', user_response: { phone_number: '15550100001', sender_id: '55512' } }),
      ).to.deep.equal({
        kind: 'inbound',
        referenceId: 'AB12',
        from: '15550100001',
        to: '55512',
        text: '',
        submittedAt: null,
        provider: {},
      });
    });

    it('keeps digits only of a number that is written with more, or as a JSON number', () => {
      const body = fixture('inbound-basic');
      body.user_response.phone_number = '+1 (555) 010-0001';
      body.user_response.sender_id = 15550109999;
      expect(parse(body)).to.include({ from: '15550100001', to: '15550109999' });
    });

    it('comes in normalised', () => {
      const body = fixture('inbound-basic');
      body.user_response.mo_message = 'a\0b\r\nc\ud800';
      expect(parse(body)).to.include({ text: 'ab\nc\ufffd' });
    });

    it('is not lost for an extra of a wrong type', () => {
      const body = fixture('inbound-messaging');
      Object.assign(body.user_response, {
        price: 0.01,
        action: ['stop'],
        keyword: null,
        iso_country_code: {},
      });
      expect(parse(body)).to.deep.include({ text: 'STOP', provider: { price: '0.01' } });
    });

    it('is read with a gap where its bytes are not UTF-8, and behind a byte order mark', () => {
      const bytes = Buffer.from(JSON.stringify(fixture('inbound-basic')));
      bytes[bytes.indexOf('order')] = 0xff;
      expect(parseCallback(bytes)).to.include({ text: 'where is my \ufffdrder?' });
      expect(parseCallback(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]))).to.include({
        kind: 'inbound',
      });
    });

    it('is not understood without sender, number or reference, and the problem names no values', () => {
      const body = fixture('inbound-basic');
      delete body.user_response.phone_number;
      expect(problemsOf(body)).to.deep.equal([
        { path: 'user_response.phone_number', message: 'invalid_union' },
      ]);
      body.user_response.phone_number = 'secret-name';
      delete body.user_response.sender_id;
      delete body.reference_id;
      expect(problemsOf(body)).to.deep.equal([
        { path: 'reference_id', message: 'invalid_type' },
        { path: 'user_response.phone_number', message: 'invalid_format' },
        { path: 'user_response.sender_id', message: 'invalid_union' },
      ]);
      delete body.user_response;
      expect(problemsOf({ ...body, reference_id: 'A1' })).to.deep.equal([
        { path: 'user_response', message: 'invalid_type' },
      ]);
    });

    it('is not understood with a reference that is no plain token', () => {
      for (const reference of ['', 'a b', '../x', '$where', 'a'.repeat(65), 7, { $ne: 1 }, 'ä']) {
        expect(problemsOf({ ...fixture('inbound-basic'), reference_id: reference }), String(reference))
          .to.be.an('array')
          .with.lengthOf(1);
      }
    });
  });

  describe('a receipt', () => {
    it('is read in the shape of the specification', () => {
      expect(parse(fixture('receipt-spec'))).to.deep.equal({
        kind: 'receipt',
        referenceId: '3A1B2C3D4E5F60718293A4B5C6D7E8F9',
        externalId: 'out:in:0A1B2C3D4E5F60718293A4B5C6D7E8F9:0',
        code: 200,
        description: 'Delivered to the handset.',
        updatedAt: Date.UTC(2026, 10, 24, 12, 0, 20),
        details: { mcc: '310', mnc: '004', price: '0.01', currency: 'USD', parts: 2 },
      });
    });

    it('is read in the shape of the guide, with numbers as strings and RFC 1123 dates', () => {
      expect(parse(fixture('receipt-guide'))).to.deep.equal({
        kind: 'receipt',
        referenceId: '3A1B2C3D4E5F60718293A4B5C6D7E8F9',
        externalId: null,
        code: 510,
        description: 'Blocked by the subscriber, or by the carrier on their behalf.',
        updatedAt: Date.UTC(2026, 10, 24, 12, 0, 20),
        details: { parts: 2 },
      });
    });

    it('is read with an unknown code, an empty external id and odd extras', () => {
      const odd = { message_parts_count: 'many', price: {} };
      expect(
        parse({ reference_id: 'A1', external_id: '', status: { code: 777 }, additional_info: odd }),
      ).to.deep.include({ externalId: null, code: 777, details: {} });
      expect(parse({ reference_id: 'A1', status: { code: 777 }, additional_info: [] })).to.deep.include({
        details: {},
      });
    });

    it('is not understood without a code or a reference', () => {
      expect(problemsOf({ reference_id: 'A1' })).to.deep.equal([{ path: 'status', message: 'invalid_type' }]);
      expect(problemsOf({ reference_id: 'A1', status: {} })).to.deep.equal([
        { path: 'status.code', message: 'invalid_union' },
      ]);
      expect(problemsOf({ reference_id: 'A1', status: { code: 1.5 } })).to.deep.equal([
        { path: 'status.code', message: 'invalid_type' },
      ]);
      expect(problemsOf({ status: { code: 200 } })).to.deep.equal([
        { path: 'reference_id', message: 'invalid_type' },
      ]);
    });

    const moments: [string, unknown, number | null][] = [
      ['without a fraction', '2026-11-24T12:00:20Z', Date.UTC(2026, 10, 24, 12, 0, 20)],
      ['with microseconds', '2026-11-24T12:00:20.123456Z', Date.UTC(2026, 10, 24, 12, 0, 20, 123)],
      ['with an offset', '2026-11-24T12:00:20+02:00', Date.UTC(2026, 10, 24, 10, 0, 20)],
      ['with a negative offset', '2026-11-24T23:30:00-0130', Date.UTC(2026, 10, 25, 1, 0, 0)],
      [
        'without a zone, which is UTC and not local time',
        '2026-11-24T12:00:20.5',
        Date.UTC(2026, 10, 24, 12, 0, 20, 500),
      ],
      ['in a month 31', '2026-31-24T12:00:20Z', null],
      ['on a 31st of November', '2026-11-31T12:00:20Z', null],
      ['on a 31st of November, RFC 1123', 'Tue, 31 Nov 2026 12:00:20 GMT', null],
      ['in an unknown month', 'Tue, 24 Foo 2026 12:00:20 GMT', null],
      ['at hour 25', '2026-11-24T25:00:20Z', null],
      ['at minute 61', '2026-11-24T12:61:20Z', null],
      ['that is only words with a number', 'order 66', null],
      ['that is empty', '', null],
      ['that is a number', 1_764_000_000, null],
      ['that is null', null, null],
    ];
    for (const [what, updated_on, expected] of moments) {
      it(`is read with a date ${what}`, () => {
        const callback = parse({ reference_id: 'A1', status: { code: 200, updated_on } });
        expect(callback).to.deep.include({ kind: 'receipt', updatedAt: expected });
      });
    }
  });

  describe('a customer’s MMS', () => {
    const mms = (changes: Record<string, unknown> = {}) => ({
      ...fixture('inbound-mms'),
      sender_id: '15550109999',
      ...changes,
    });

    it('is a text of its words and a sign for each picture, whose URL is kept', () => {
      expect(parse(mms())).to.deep.equal({
        kind: 'inbound',
        referenceId: '4A1B2C3D4E5F60718293A4B5C6D7E8F9',
        from: '15550100001',
        to: '15550109999',
        text: 'look\n📷',
        submittedAt: Date.UTC(2026, 10, 24, 12, 0, 4, 900),
        provider: { media: [{ kind: 'image', url: 'https://example.com/1.jpg' }] },
      });
    });

    it('has its parts in the order of their numbers, whatever the order of the fields', () => {
      const content = {
        url_audio_1: 'https://example.com/a.amr',
        url_image_10: 'https://example.com/10.jpg',
        url_image_2: 'http://example.com/2.jpg',
        text_10: 'ten',
        url_video_1: 'https://example.com/v.mp4',
        text_2: 'two',
        subject: 'My parcel',
      };
      expect(parse(mms({ content }))).to.deep.include({
        text: 'My parcel\ntwo\nten\n📷\n📷\n🎬\n🔊',
        provider: {
          media: [
            { kind: 'image', url: 'http://example.com/2.jpg' },
            { kind: 'image', url: 'https://example.com/10.jpg' },
            { kind: 'video', url: 'https://example.com/v.mp4' },
            { kind: 'audio', url: 'https://example.com/a.amr' },
          ],
        },
      });
    });

    it('tells of a picture whose URL is none, and does not keep that', () => {
      for (const url of ['javascript:alert(1)', 7, `https://example.com/${'x'.repeat(2000)}`]) {
        expect(parse(mms({ content: { url_image_1: url } }))).to.deep.include({
          text: '📷',
          provider: {},
        });
      }
    });

    it('is not lost for content that is empty, strange or missing', () => {
      const strange = { text_1: ['look'], text_x: 'no', url_image_1: '', url_image_2: null, subject: '' };
      for (const content of [undefined, null, 'look', [], {}, strange]) {
        expect(parse(mms({ content }))).to.deep.include({ kind: 'inbound', text: '', provider: {} });
      }
    });

    it('comes in normalised', () => {
      expect(parse(mms({ content: { text_1: 'a\0b\r\nc\ud800' } }))).to.include({ text: 'ab\nc\ufffd' });
    });

    it('is for the only number of the account where it names none, as TeleSign documents it', () => {
      expect(parse(fixture('inbound-mms'), ['15550109998'])).to.include({
        to: '15550109998',
        text: 'look\n📷',
      });
      expect(parse(mms(), ['15550109998'])).to.include({ to: '15550109999' });
      expect(parse(mms({ sender_id: 'SHOP' }), ['15550109998'])).to.include({ to: '15550109998' });
    });

    it('has no place where it could be for several numbers, or names no customer', () => {
      const unplaced = { kind: 'unplaced', referenceId: '4A1B2C3D4E5F60718293A4B5C6D7E8F9' };
      for (const numbers of [[], ['15550109998', '15550109999']]) {
        expect(parse(fixture('inbound-mms'), numbers)).to.deep.equal(unplaced);
      }
      expect(parse(mms({ phone_number: null }), ['15550109998'])).to.deep.equal(unplaced);
    });

    it('is not understood without a reference, as a text is', () => {
      expect(problemsOf(mms({ reference_id: null }))).to.deep.equal([
        { path: 'reference_id', message: 'invalid_type' },
      ]);
    });
  });

  describe('anything else', () => {
    it('is politely taken for something else when it says what it is', () => {
      expect(parse({ ...fixture('inbound-mms'), sub_resource: 'mo_viber' })).to.deep.equal({
        kind: 'other',
        subResource: 'mo_viber',
        referenceId: '4A1B2C3D4E5F60718293A4B5C6D7E8F9',
      });
      expect(parse({ sub_resource: 'Verify' })).to.deep.equal({
        kind: 'other',
        subResource: 'verify',
        referenceId: null,
      });
    });

    it('is not understood when it does not say, or is no JSON object', () => {
      expect(problemsOf({})).to.be.an('array').that.is.not.empty;
      expect(problemsOf({ sub_resource: 7 })).to.deep.equal([
        { path: 'sub_resource', message: 'invalid_type' },
      ]);
      for (const body of ['', 'null', '[]', '"text"', '7']) {
        expect(problemsOf(body), body).to.be.an('array').with.lengthOf(1);
      }
      expect(problemsOf('{"a":')).to.deep.equal([{ path: '', message: 'not_json' }]);
      expect(problemsOf('[['.repeat(60_000))).to.deep.equal([{ path: '', message: 'not_json' }]);
    });

    it('cannot reach a prototype', () => {
      const body = JSON.stringify(fixture('inbound-basic')).replace(
        '"user_response":{',
        '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"user_response":{"__proto__":{"action":"stop","polluted":1},',
      );
      const callback = parseCallback(Buffer.from(body));
      expect(callback).to.deep.equal(parse(fixture('inbound-basic')));
      expect(Object.hasOwn(Object.prototype, 'polluted')).to.equal(false);
      expect(callback).not.to.have.property('polluted');
    });

    it('either parses or is not understood, whatever the body', () => {
      const field = fc.oneof(
        fc.jsonValue(),
        fc.constantFrom('mo_sms', 'mo_mms', 'sms', '15550100001', 'A1', 200),
      );
      const body = fc.record(
        {
          sub_resource: field,
          reference_id: field,
          external_id: field,
          submit_timestamp: field,
          status: fc.oneof(field, fc.record({ code: field, updated_on: field })),
          user_response: fc.oneof(
            field,
            fc.record({ phone_number: field, sender_id: field, mo_message: field }),
          ),
          additional_info: field,
          phone_number: field,
          sender_id: field,
          content: fc.oneof(field, fc.record({ text_1: field, url_image_1: field })),
        },
        { requiredKeys: [] },
      );
      fc.assert(
        fc.property(fc.oneof(body, fc.jsonValue()), (any) => {
          try {
            expect(parse(any).kind).to.be.oneOf(['inbound', 'receipt', 'other', 'unplaced']);
          } catch (error) {
            expect(error).to.have.property('code', 'callback_not_understood');
          }
        }),
        { numRuns: 500 },
      );
    });
  });
});
