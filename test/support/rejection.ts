import { expect } from 'chai';
import { SwitchboardError } from '../../src/errors.ts';

/** What a promise rejects with; a failed expectation when it does not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('It was to be refused.'),
    (reason: unknown) => reason,
  );
}

/** The same, of what has to be an error of ours; any other is thrown on. */
export async function refusal(promise: Promise<unknown>): Promise<SwitchboardError> {
  const error = await rejection(promise);
  if (!(error instanceof SwitchboardError)) throw error;
  return error;
}
