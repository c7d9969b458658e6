import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  basicAuthorization,
  signCallback,
  signRequest,
  stringToSign,
  verifyCallback,
  verifyRequest,
} from '../../src/telesign/signature.ts';

const vectors = JSON.parse(
  readFileSync(new URL('../fixtures/telesign-vectors.json', import.meta.url), 'utf8'),
);
const customerId: string = vectors.customer_id;
const apiKey: string = vectors.api_key_base64;
const otherKey = Buffer.from('another key of the same account').toString('base64');

describe('telesign/signature', () => {
  describe('a request', () => {
    for (const vector of vectors.request_signature.vectors) {
      const parts = {
        method: vector.method,
        path: vector.path,
        contentType: vector.content_type_signed,
        date: vector.date,
        nonce: vector.nonce,
        body: vector.body,
      };

      it(`is let in with the headers that the SDK sent: ${vector.id}`, () => {
        const headers = { ...vector.wire_headers_seen, authorization: vector.authorization };
        expect(
          verifyRequest({
            method: vector.method,
            path: vector.path,
            headers,
            body: vector.body,
            customerId,
            apiKey,
          }),
        ).to.deep.equal({ ok: true });
      });

      if (vector.kind === 'basic') {
        it(`gets the Basic header of the SDK: ${vector.id}`, () => {
          expect(basicAuthorization(customerId, apiKey)).to.equal(vector.authorization);
        });
        continue;
      }

      it(`is signed as the SDK signs it: ${vector.id}`, () => {
        expect(stringToSign({ ...parts, authMethod: vector.auth_method })).to.equal(vector.string_to_sign);
        const headers = signRequest({ ...parts, customerId, apiKey });
        expect(headers.authorization).to.equal(vector.authorization);
        expect(headers.date).to.equal(vector.wire_headers_seen.date);
        expect(headers['content-type'] ?? '').to.equal(vector.wire_headers_seen['content-type']);
        expect(headers['x-ts-nonce']).to.equal(vector.nonce);
        expect(headers['x-ts-auth-method']).to.equal('HMAC-SHA256');
      });
    }

    const post = vectors.request_signature.vectors[0];
    const sdkHeaders = { ...post.wire_headers_seen, authorization: post.authorization };
    const verdict = (change: {
      headers?: Record<string, string | string[] | undefined>;
      body?: string;
      path?: string;
    }) => {
      const { ok, ...rest } = verifyRequest({
        method: 'POST',
        path: change.path ?? post.path,
        headers: { ...sdkHeaders, ...change.headers },
        body: change.body ?? post.body,
        customerId,
        apiKey,
      });
      return 'code' in rest ? rest.code : ok;
    };

    it('is refused with 10008 when body, path, date, nonce, type or signature are not the signed ones', () => {
      expect(verdict({ body: `${post.body}&x=1` })).to.equal(10008);
      expect(verdict({ path: '/v1/verify' })).to.equal(10008);
      expect(verdict({ headers: { date: 'Tue, 24 Nov 2026 12:00:01 GMT' } })).to.equal(10008);
      expect(verdict({ headers: { 'x-ts-nonce': 'another' } })).to.equal(10008);
      expect(verdict({ headers: { 'content-type': 'text/plain' } })).to.equal(10008);
      expect(verdict({ headers: { authorization: `TSA ${customerId}:AAAA` } })).to.equal(10008);
    });

    it('is refused with the code that names the missing or wrong header', () => {
      expect(verdict({ headers: { authorization: undefined } })).to.equal(10009);
      expect(verdict({ headers: { authorization: [post.authorization, post.authorization] } })).to.equal(
        10009,
      );
      expect(verdict({ headers: { authorization: 'Bearer abc' } })).to.equal(10028);
      expect(verdict({ headers: { authorization: `Basic ${btoa('no colon')}` } })).to.equal(10028);
      expect(
        verdict({ headers: { authorization: post.authorization.replace('12345678', '87654321') } }),
      ).to.equal(10015);
      expect(verdict({ headers: { authorization: basicAuthorization('somebody', apiKey) } })).to.equal(10015);
      expect(verdict({ headers: { authorization: basicAuthorization(customerId, otherKey) } })).to.equal(
        10022,
      );
      expect(verdict({ headers: { 'x-ts-auth-method': undefined } })).to.equal(10006);
      expect(verdict({ headers: { 'x-ts-auth-method': 'HMAC-MD5' } })).to.equal(10006);
      expect(verdict({ headers: { 'x-ts-nonce': undefined } })).to.equal(10003);
      expect(verdict({ headers: { date: undefined } })).to.equal(10007);
      expect(verdict({ headers: { date: 'yesterday' } })).to.equal(10005);
    });

    it('may carry x-ts-date in place of Date, and HMAC-SHA1', async () => {
      const { createHmac } = await import('node:crypto');
      const text = `POST\n${post.content_type_signed}\n\nx-ts-auth-method:HMAC-SHA1\nx-ts-date:${post.date}\nx-ts-nonce:n-1\n${post.body}\n/v1/messaging`;
      const signature = createHmac('sha1', Buffer.from(apiKey, 'base64')).update(text).digest('base64');
      const headers = {
        authorization: `TSA ${customerId}:${signature}`,
        'x-ts-auth-method': 'HMAC-SHA1',
        'x-ts-date': post.date,
        'x-ts-nonce': 'n-1',
      };
      expect(verdict({ headers })).to.equal(true);
    });

    it('is not signed with a key that has no bytes', () => {
      const unsigned = { method: 'GET', path: '/', contentType: '', date: '', nonce: 'n', body: '' };
      for (const empty of ['', '----', '====']) {
        expect(() => signRequest({ ...unsigned, customerId, apiKey: empty }))
          .to.throw()
          .with.property('code', 'settings_invalid');
      }
    });
  });

  describe('a callback', () => {
    for (const vector of vectors.callback_signature.vectors) {
      const body = Buffer.from(vector.body_base64, 'base64');
      it(`is verified by either header, with or without the prefix: ${vector.id}`, () => {
        expect(signCallback(body, apiKey)).to.equal(vector.signature);
        const full = vector.headers.Authorization;
        const bare = vector.headers['X-TS-Authorization'];
        for (const [authorization, xTsAuthorization] of [
          [full, bare],
          [full, undefined],
          [undefined, bare],
          [undefined, full],
          [bare, undefined],
          ['Bearer put there by a proxy', bare],
          [full, 'wrong'],
        ]) {
          expect(verifyCallback({ body, authorization, xTsAuthorization, apiKeys: [apiKey] })).to.equal(true);
        }
      });

      it(`is refused once a byte of it changed: ${vector.id}`, () => {
        for (const at of [0, 7, body.length - 1]) {
          const changed = Buffer.from(body);
          changed[at] = (changed[at] ?? 0) ^ 1;
          expect(verifies(changed, vector.headers.Authorization)).to.equal(false);
        }
      });
    }

    const [compact, spaced] = vectors.callback_signature.vectors;
    const compactBody = Buffer.from(compact.body_base64, 'base64');
    const verifies = (body: Uint8Array, header: string | string[] | undefined, apiKeys = [apiKey]) =>
      verifyCallback({ body, authorization: header, xTsAuthorization: header, apiKeys });

    it('is refused with the signature of a re-serialised body', () => {
      const [reserialised] = vectors.callback_signature.must_be_rejected;
      const body = Buffer.from(spaced.body_base64, 'base64');
      expect(verifies(body, reserialised.signature_of_reserialised_body)).to.equal(false);
      expect(verifies(body, reserialised.correct_signature)).to.equal(true);
      const again = Buffer.from(JSON.stringify(JSON.parse(spaced.body_utf8)));
      expect(verifies(again, reserialised.correct_signature)).to.equal(false);
    });

    it('is refused with a signature made with the undecoded key', () => {
      const [, undecoded] = vectors.callback_signature.must_be_rejected;
      expect(verifies(compactBody, undecoded.wrong_signature)).to.equal(false);
      expect(verifies(compactBody, undecoded.correct_signature)).to.equal(true);
    });

    it('is verified with any of several keys, wherever the right one stands', () => {
      expect(verifies(compactBody, compact.signature, [otherKey, apiKey])).to.equal(true);
      expect(verifies(compactBody, compact.signature, [apiKey, otherKey])).to.equal(true);
      expect(verifies(compactBody, compact.signature, [otherKey])).to.equal(false);
    });

    it('is refused without keys, with empty keys, and without a header', () => {
      expect(verifies(compactBody, compact.signature, [])).to.equal(false);
      expect(verifies(compactBody, undefined)).to.equal(false);
      expect(verifies(compactBody, '')).to.equal(false);
      expect(verifies(compactBody, `TSA ${customerId}:`)).to.equal(false);
      expect(verifies(compactBody, [compact.signature, compact.signature])).to.equal(false);
    });

    it('is refused when it was signed with an empty key and a key is empty by mistake', async () => {
      const { createHmac } = await import('node:crypto');
      const forged = createHmac('sha256', '').update(compactBody).digest('base64');
      expect(verifies(compactBody, forged, ['', '----', apiKey])).to.equal(false);
      expect(verifies(compactBody, compact.signature, ['', apiKey])).to.equal(true);
    });

    it('is signed alike with and without the dashes that TeleSign prints into a key', () => {
      const dashed = `${apiKey.slice(0, 8)}----${apiKey.slice(8)}`;
      expect(signCallback(compactBody, dashed)).to.equal(compact.signature);
      expect(verifies(compactBody, compact.signature, [dashed])).to.equal(true);
    });

    it('is verified for every body, and for no other header', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (body, header) => {
          const signature = signCallback(body, apiKey);
          expect(verifies(body, signature)).to.equal(true);
          expect(verifies(body, `TSA some-id:${signature}`)).to.equal(true);
          expect(verifies(body, header)).to.equal(false);
        }),
      );
    });
  });
});
