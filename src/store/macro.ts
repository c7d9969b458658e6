/** One thing that a macro does, as an agent would do it. */
export type MacroStep =
  | { do: 'reply'; text: string } // with `{{name}}` where a value goes
  | { do: 'reply'; quickReply: string }
  | { do: 'note'; text: string }
  | { do: 'wait' }
  | { do: 'end' }
  | { do: 'transfer'; queueId: string; note?: string }
  | { do: 'transfer'; agentId: string; note?: string }
  | { do: 'close'; outcome?: string; disposition?: string; note?: string };

export interface MacroDoc {
  _id: string;
  name: string;
  steps: MacroStep[];
  createdAt: number;
  changedAt: number;
}
