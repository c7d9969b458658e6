import { expect } from 'chai';
import { sendLimits } from '../src/app-pacing.ts';

const NONE = { account: undefined, geo: undefined, short_code: undefined, toll_free: undefined };
const account = (apiUrl: string) => ({
  apiUrl,
  customerId: 'ID',
  numbers: [
    { number: '15550109999', type: 'geo' as const },
    { number: '55512', type: 'short_code' as const },
  ],
});

describe('the limits of an account', () => {
  it('are those of the number’s type and of the customer id, TeleSign’s own where none are set', () => {
    const full = account('https://rest-ww.telesign.com');
    expect(sendLimits(NONE, full, '15550109999')).to.deep.equal([
      { id: 'number:15550109999', perSecond: 1 },
      { id: 'account:ID', perSecond: 50 },
    ]);
    expect(sendLimits(NONE, full, '55512')[0]).to.deep.equal({ id: 'number:55512', perSecond: 30 });
    expect(sendLimits({ ...NONE, account: 7, geo: 0 }, full, '15550109999')).to.deep.equal([
      { id: 'account:ID', perSecond: 7 },
    ]);
    expect(sendLimits(NONE, account('https://self.example'), '55512')).to.deep.equal([]);
  });
});
