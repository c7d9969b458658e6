import type { WorkstreamDoc } from '../../src/store/documents.ts';

/** A workstream as it is stored, `default` unless it is named, with nothing in it but what the test names. */
export function aWorkstream(fields: Partial<WorkstreamDoc> = {}): WorkstreamDoc {
  return { _id: 'default', numbers: [], language: 'en', queueId: 'support', ...fields };
}
