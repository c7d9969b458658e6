/** The part of `telesignsdk` 3 that the tests use; the package has no types of its own. */
declare module 'telesignsdk' {
  export interface Answer {
    reference_id: string;
    external_id: string | null;
    status: { code: number; description: string; updated_on: string };
    signature_string?: string;
  }

  export type Callback = (error: unknown, answer: Answer) => void;

  export default class TeleSign {
    constructor(customerId: string, apiKey: string, restEndpoint?: string, timeout?: number);
    readonly sms: {
      message(callback: Callback, phoneNumber: string, message: string, messageType: string): void;
      status(callback: Callback, referenceId: string): void;
    };
    readonly rest: {
      execute(
        callback: Callback,
        method: 'GET' | 'POST' | 'PUT',
        resource: string,
        params: Record<string, string> | null,
        authMethod?: 'Basic' | 'HMAC-SHA256',
      ): void;
    };
  }
}
