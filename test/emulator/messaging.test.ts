import { expect } from 'chai';
import { httpStatusOf, readMessagingForm, refusalOf, statusOf } from '../../src/emulator/messaging.ts';

const WHOLE = { phone_number: '15550100001', message: 'Hello', message_type: 'ARN' };

function codeOf(form: Record<string, string>): number | null {
  const read = readMessagingForm(Buffer.from(new URLSearchParams(form).toString()));
  return read.ok ? null : read.code;
}

describe('the form of /v1/messaging', () => {
  it('is read as it was written', () => {
    const form = {
      ...WHOLE,
      message: 'Grüße & 50 % 😀\n+1',
      sender_id: '15550109999',
      external_id: 'out:a:0',
    };
    const body = Buffer.from(new URLSearchParams(form).toString());
    expect(readMessagingForm(body)).to.deep.equal({
      ok: true,
      request: {
        to: '15550100001',
        text: 'Grüße & 50 % 😀\n+1',
        senderId: '15550109999',
        externalId: 'out:a:0',
        callbackUrl: null,
      },
    });
  });

  const refused: [string, Record<string, string>, number][] = [
    ['a missing number', { ...WHOLE, phone_number: '' }, 12000],
    ['a missing text', { ...WHOLE, message: '' }, 12009],
    ['a missing type', { phone_number: '15550100001', message: 'Hello' }, 12017],
    ['a number with a plus', { ...WHOLE, phone_number: '+15550100001' }, 11000],
    ['a number that is too long', { ...WHOLE, phone_number: '1'.repeat(16) }, 11000],
    ['a number that is too short', { ...WHOLE, phone_number: '155501' }, 11000],
    ['1601 characters', { ...WHOLE, message: 'a'.repeat(1601) }, 11009],
    ['801 characters outside the BMP', { ...WHOLE, message: '😀'.repeat(801) }, 11009],
    ['a type that is none', { ...WHOLE, message_type: 'CHAT' }, 11017],
    ['an originating address that is none', { ...WHOLE, originating_ip: 'localhost' }, 11010],
    ['a sender id of 21 characters', { ...WHOLE, sender_id: 'S'.repeat(21) }, 11013],
    ['an empty sender id', { ...WHOLE, sender_id: '' }, 11013],
    ['an external id of 101 characters', { ...WHOLE, external_id: 'e'.repeat(101) }, 11016],
    ['an external id outside ASCII', { ...WHOLE, external_id: 'ä' }, 11016],
    ['a callback URL that is none', { ...WHOLE, callback_url: 'callbacks' }, 11004],
    ['an empty callback URL', { ...WHOLE, callback_url: '' }, 11004],
    ['a lifecycle event that is none', { ...WHOLE, account_lifecycle_event: 'chat' }, 11003],
    ['a DLT template id of 41 characters', { ...WHOLE, dlt_template_id: '1'.repeat(41) }, 11034],
    ['a DLT entity id of 41 characters', { ...WHOLE, dlt_entity_id: '1'.repeat(41) }, 11035],
  ];
  for (const [what, form, code] of refused) {
    it(`with ${what} is refused with ${code} and HTTP 400`, () => {
      expect(codeOf(form)).to.equal(code);
      expect(httpStatusOf(code)).to.equal(400);
    });
  }

  it('may hold 1600 characters, and an external id of 100', () => {
    expect(codeOf({ ...WHOLE, message: 'a'.repeat(1600), external_id: 'e'.repeat(100) })).to.equal(null);
    expect(codeOf({ ...WHOLE, message: '😀'.repeat(800) })).to.equal(null);
  });
});

describe('an answer of /v1/messaging', () => {
  const at = Date.parse('2026-11-24T12:00:01.123Z');

  it('says the time in microseconds', () => {
    expect(statusOf(290, at)).to.deep.equal({
      code: 290,
      description: 'Message in progress',
      updated_on: '2026-11-24T12:00:01.123000Z',
    });
  });

  it('that refuses holds the code in its status, and no reference id', () => {
    expect(refusalOf(11000, at)).to.have.all.keys('status');
    expect(refusalOf(10008, at, 'POST\n')).to.have.property('signature_string', 'POST\n');
  });

  it('has the HTTP status of its code', () => {
    expect([10008, 10015, 10017, 10019].map(httpStatusOf)).to.deep.equal([401, 401, 404, 429]);
  });
});
