/** The TeleSign account that every service under test has. */
export const ACCOUNT = {
  customerId: 'BE4C4000-0000-4000-8000-000000000001',
  apiKey: Buffer.from('a key for the bench, known to everybody').toString('base64'),
  channelId: 'default',
} as const;

export const CALLBACK_PATH = `/callbacks/telesign/${ACCOUNT.channelId}`;
