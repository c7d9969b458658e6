import { expect } from 'chai';
import { inboundCallback, receiptCallback } from '../../src/emulator/callbacks.ts';
import { parseCallback } from '../../src/telesign/callbacks.ts';

const REFERENCE_ID = '0A1B2C3D4E5F60718293A4B5C6D7E8F9';
const AT = Date.parse('2026-11-24T12:00:00Z');

describe('the callbacks that the emulator posts', () => {
  it('are read by the service as a text', () => {
    const text = { id: REFERENCE_ID, from: '15550100001', to: '15550109999', text: 'Grüße 😀', at: AT };
    expect(parseCallback(inboundCallback(text))).to.include({
      kind: 'inbound',
      referenceId: REFERENCE_ID,
      from: '15550100001',
      to: '15550109999',
      text: 'Grüße 😀',
      submittedAt: AT,
    });
  });

  for (const externalId of ['out:t1:0', null]) {
    it(`are read by the service as a receipt, with the external id ${externalId}`, () => {
      const message = { id: REFERENCE_ID, externalId, at: AT };
      expect(parseCallback(receiptCallback(message, 203, AT + 100))).to.include({
        kind: 'receipt',
        referenceId: REFERENCE_ID,
        externalId,
        code: 203,
        updatedAt: AT + 100,
      });
    });
  }
});
