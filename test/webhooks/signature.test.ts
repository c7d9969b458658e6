import { expect } from 'chai';
import { secretOf, signedHeaders } from '../../src/webhooks/signature.ts';

describe('a webhook’s signature', () => {
  it('is that of the Standard Webhooks specification’s example', () => {
    const headers = signedHeaders(
      ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      1_614_265_330_999,
      '{"test": 2432232314}',
    );
    expect(headers).to.deep.equal({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('comes once for each secret, the newest first', () => {
    const [one, two] = [secretOf(Buffer.alloc(32, 1)), secretOf(Buffer.alloc(32, 2))];
    const sign = (...secrets: string[]) => signedHeaders(secrets, 'id', 0, '{}')['webhook-signature'];
    expect(sign(one, two)).to.equal(`${sign(one)} ${sign(two)}`);
    expect(sign(one)).not.to.equal(sign(two));
  });
});
