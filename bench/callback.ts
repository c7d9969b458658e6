import { signCallback } from '../src/telesign/signature.ts';
import { ACCOUNT } from './account.ts';
import { SUPPORT_NUMBER } from './conversation-script.ts';

/** A request as TeleSign posts it when a customer texts, ready to go out. */
export interface SignedCallback {
  body: Buffer;
  headers: Record<string, string>;
}

export function signedCallback(customer: string, text: string, referenceId: string): SignedCallback {
  const at = new Date().toISOString().replace('Z', '000Z');
  const body = Buffer.from(
    JSON.stringify({
      status: { updated_on: at, code: 1500, description: 'Delivered to customer' },
      submit_timestamp: at,
      errors: [],
      user_response: {
        phone_number: customer,
        sender_id: SUPPORT_NUMBER,
        mo_message: text,
        iso_country_code: 'US',
        action: 'generic',
      },
      sub_resource: 'mo_sms',
      reference_id: referenceId,
    }),
  );
  const signature = signCallback(body, ACCOUNT.apiKey);
  return {
    body,
    headers: {
      'content-type': 'application/json',
      authorization: `TSA ${ACCOUNT.customerId}:${signature}`,
      'x-ts-authorization': signature,
    },
  };
}
