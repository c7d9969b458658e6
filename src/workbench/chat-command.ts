import type { Json, ReturnTarget } from '../bot-turn.ts';
import { millisecondsOf } from './test-format.ts';

export type ChatCommand =
  | { kind: 'nothing' | 'help' | 'vars' | 'restart' | 'quit' | 'claim' | 'wait' | 'resume' | 'end' }
  | { kind: 'wrong'; reason: string }
  | { kind: 'says' | 'say'; text: string }
  | { kind: 'language'; language: string }
  /** Milliseconds. */
  | { kind: 'clock'; time: number }
  | { kind: 'receipt'; status: 'delivered' | 'failed' }
  | { kind: 'return'; target: ReturnTarget }
  | { kind: 'close'; outcome: string | undefined };

export const COMMANDS = `/clock +10m                 set the clock forward: 90s, 10m, 2h, 3d, 1h30m
/vars                       what the bot knows
/language es                a new conversation in this language
/restart                    a new conversation
/receipt delivered|failed   TeleSign's report on the last text
/agent claim                the agent takes the conversation
/agent wait|resume|end      parks it, takes it up again, ends it
/agent say Hello            and writes to the customer
/agent return [dialog/step] [name=value …]
/agent close [outcome]
/quit`;

/** What a line in the chat asks for. */
export function readCommand(line: string): ChatCommand {
  const text = line.trim();
  if (text === '') return { kind: 'nothing' };
  if (!text.startsWith('/')) return { kind: 'says', text };
  const [name = '', ...words] = text.slice(1).split(/\s+/);
  const [first = ''] = words;
  switch (name) {
    case 'help':
    case 'vars':
    case 'restart':
    case 'quit':
      return { kind: name };
    case 'clock':
      return /^\+?(\d+[smhd])+$/.test(first)
        ? { kind: 'clock', time: millisecondsOf(first) }
        : wrong('write a time such as /clock +10m');
    case 'language':
      return first === ''
        ? wrong('write a language such as /language es')
        : { kind: 'language', language: first };
    case 'receipt':
      return first === 'delivered' || first === 'failed'
        ? { kind: 'receipt', status: first }
        : wrong('write /receipt delivered or /receipt failed');
    case 'agent':
      return agentCommand(first, words.slice(1), text);
    default:
      return wrong(`there is no command /${name}: see /help`);
  }
}

function agentCommand(verb: string, words: string[], text: string): ChatCommand {
  const [first] = words;
  switch (verb) {
    case 'claim':
    case 'wait':
    case 'resume':
    case 'end':
      return { kind: verb };
    case 'say': {
      const said = text.replace(/^\/agent\s+say\s*/, '');
      return said === '' ? wrong('write what the agent says') : { kind: 'say', text: said };
    }
    case 'close':
      return { kind: 'close', outcome: first };
    case 'return':
      return { kind: 'return', target: targetOf(words) };
    default:
      return wrong('the agent can claim, say, wait, resume, end, return and close');
  }
}

/** `main/menu solved=true` */
function targetOf(words: readonly string[]): ReturnTarget {
  const place = words.find((word) => !word.includes('='));
  const [dialog = '', step] = place?.includes('/') ? place.split('/') : [undefined, place];
  const variables = words
    .filter((word) => word.includes('='))
    .map((word): [string, Json] => {
      const [name = '', ...value] = word.split('=');
      return [name, plain(value.join('='))];
    });
  return {
    ...(dialog === '' ? {} : { dialog }),
    ...(step === undefined ? {} : { step }),
    ...(variables.length === 0 ? {} : { variables: Object.fromEntries(variables) }),
  };
}

function plain(value: string): Json {
  if (value === 'true' || value === 'false') return value === 'true';
  return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}

function wrong(reason: string): ChatCommand {
  return { kind: 'wrong', reason };
}
