import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { openState } from '../bot/bot-state.ts';
import type { Json } from '../bot-turn.ts';
import { SwitchboardError } from '../errors.ts';
import type { MessageDoc, Store } from '../store/documents.ts';
import { countSegments } from '../telesign/text.ts';
import { type ChatCommand, COMMANDS, readCommand } from './chat-command.ts';
import { createRehearsal, type Rehearsal } from './rehearsal.ts';
import { queuesOf, type Stage } from './stage.ts';

export interface ChatParts {
  input: Readable;
  output: Writable & { isTTY?: boolean };
  store: Store;
  /** Reads the dialogs anew. Rejects with `dialogs_invalid`. */
  load: () => Promise<Stage>;
  /** Gives something each time that the dialogs have changed, until it is to end. */
  changes: (signal: AbortSignal) => AsyncIterable<unknown>;
  /** BCP 47 */
  language: string;
  /** What one segment costs; undefined = nobody has said. */
  price: number | undefined;
  startsAt: number;
}

/**
 * A conversation in a terminal: what is typed, the customer writes; lines that begin with a `/` are commands. Dialogs are
 * read again when they are saved, and the conversation goes on with them; those with a mistake are told of, and the last
 * good ones stay. Resolves when the input ends or with `/quit`.
 */
export async function chat(parts: ChatParts): Promise<void> {
  const talk = new Chat(parts, await parts.load());
  const lines = createInterface({
    input: parts.input,
    output: parts.output,
    terminal: parts.output.isTTY ?? false,
  });
  lines.setPrompt('> ');
  await talk.begin();
  const ending = new AbortController();
  const reloading = talk.followChanges(ending.signal, () => lines.prompt());
  lines.prompt();
  for await (const line of lines) {
    if (!(await talk.take(line))) break;
    lines.prompt();
  }
  lines.close();
  ending.abort();
  await reloading;
}

class Chat {
  readonly #parts: ChatParts;
  #stage: Stage;
  #language: string;
  #rehearsal: Rehearsal | undefined;
  #segments = 0;

  constructor(parts: ChatParts, stage: Stage) {
    this.#parts = parts;
    this.#stage = stage;
    this.#language = parts.language;
  }

  async begin(): Promise<void> {
    const { store, startsAt } = this.#parts;
    await this.#rehearsal?.clear();
    this.#stage.begin();
    this.#rehearsal = await createRehearsal({
      store,
      bot: {
        run: (context) => this.#stage.bot.run(context),
        lacks: (target, from) => this.#stage.bot.lacks(target, from),
      },
      words: {
        automatedText: (...given) => this.#stage.words.automatedText(...given),
        systemText: (...given) => this.#stage.words.systemText(...given),
        queueWord: (...given) => this.#stage.words.queueWord(...given),
        surveyScore: (...given) => this.#stage.words.surveyScore(...given),
        moodOf: (...given) => this.#stage.words.moodOf(...given),
        consentWord: (...given) => this.#stage.words.consentWord(...given),
        stopWish: (...given) => this.#stage.words.stopWish(...given),
      },
      language: this.#language,
      queues: () => queuesOf(this.#stage, startsAt),
      startsAt,
      waiting: 0,
      botFailed: (error) => this.#print(`! the bot failed: ${reasonOf(error)}`),
      lacksQueue: () => this.#print('! there is no queue of the name that the dialog gives'),
    });
    this.#print(`A new conversation in ${this.#language}. Write as the customer; /help lists the commands.`);
  }

  /** False when it is to end. */
  async take(line: string): Promise<boolean> {
    const command = readCommand(line);
    if (command.kind === 'quit') return false;
    try {
      await this.#obey(command);
    } catch (error) {
      this.#print(`! ${reasonOf(error)}`);
    }
    return true;
  }

  async followChanges(signal: AbortSignal, told: () => void): Promise<void> {
    for await (const _ of this.#parts.changes(signal)) {
      try {
        this.#stage = await this.#parts.load();
        this.#print('The dialogs were saved: the conversation goes on with them.');
      } catch (error) {
        this.#print(`! ${reasonOf(error)}\nThe conversation goes on with the last ones that were right.`);
      }
      told();
    }
  }

  async #obey(command: ChatCommand): Promise<void> {
    const rehearsal = this.#rehearsal;
    if (!rehearsal) return;
    const { agent } = rehearsal;
    switch (command.kind) {
      case 'nothing':
      case 'quit':
        return;
      case 'wrong':
        return this.#print(`! ${command.reason}`);
      case 'help':
        return this.#print(COMMANDS);
      case 'vars':
        return this.#print(JSON.stringify(await this.#variables(rehearsal), null, 2));
      case 'restart':
        return this.begin();
      case 'language': {
        const { languages } = this.#stage.texts;
        if (!languages.includes(command.language)) return this.#print(`! there are ${languages.join(', ')}`);
        this.#language = command.language;
        return this.begin();
      }
      case 'says':
        return this.#after(rehearsal.says(command.text));
      case 'clock':
        return this.#after(rehearsal.advance(command.time));
      case 'receipt':
        return this.#after(rehearsal.receipt(command.status));
      case 'claim':
      case 'wait':
      case 'resume':
      case 'end':
        return this.#after(agent[command.kind]());
      case 'say':
        return this.#after(agent.say(command.text));
      case 'return':
        return this.#after(agent.return(command.target));
      case 'close':
        return this.#after(agent.close(command.outcome));
    }
  }

  async #after(done: Promise<unknown>): Promise<void> {
    await done;
    const rehearsal = this.#rehearsal;
    if (!rehearsal) return;
    for (const message of await rehearsal.heard()) this.#show(message);
    this.#print(`  [${await this.#situation(rehearsal)}]`);
  }

  #show({ author, text, segments }: MessageDoc): void {
    const name = author.kind.padEnd(6);
    this.#segments += segments;
    const { price } = this.#parts;
    const { encoding } = countSegments(text);
    const odd = encoding === 'UCS-2' ? oddCharacters(text) : [];
    const why = odd.length > 0 && odd.length <= 5 ? ` because of ${odd.join(' ')}` : '';
    const cost = price === undefined ? '' : `, ${money(price * segments)}`;
    this.#print(
      text
        .split('\n')
        .map((line, n) => `${n === 0 ? name : '      '} ${line}`)
        .join('\n'),
    );
    this.#print(`       (${counted(segments)}, ${encoding}${why}${cost})`);
  }

  async #situation(rehearsal: Rehearsal): Promise<string> {
    const conversation = await rehearsal.conversation();
    if (!conversation) return 'nobody has written yet';
    const { state, handler, queueId, handoff, locale } = conversation;
    const front = this.#stack(conversation.botState, conversation.session).at(-1);
    const place = front && `${front.id}/${front.state.step}`;
    const ended = state === 'closed' ? `: ${(await rehearsal.session())?.outcome}` : '';
    const who = handler === undefined ? '' : ` with the ${handler}`;
    const waits = state === 'open' ? ` in ${queueId}, ${handoff?.reason}: ${handoff?.summary}` : '';
    const { price } = this.#parts;
    const sum = `${counted(this.#segments)}${price === undefined ? '' : `, ${money(price * this.#segments)}`} so far`;
    const time = new Date(rehearsal.now()).toISOString().slice(0, 19).replace('T', ' ');
    return [place, locale, `${state}${who}${waits}${ended}`, time, sum]
      .filter((part) => part !== undefined)
      .join(' · ');
  }

  async #variables(rehearsal: Rehearsal): Promise<Json> {
    const { botState, session = 0 } = (await rehearsal.conversation()) ?? {};
    const { state } = openState(botState ?? null, session);
    const dialogs = state.dialogStack.map(
      ({ id, state: { step, vars } }) => [`${id}/${step}`, vars] as const,
    );
    return { user: state.user, session: state.shared, ...Object.fromEntries(dialogs) };
  }

  #stack(botState: string | undefined, session: number) {
    return openState(botState ?? null, session).state.dialogStack;
  }

  #print(text: string): void {
    this.#parts.output.write(`${text}\n`);
  }
}

/** Those that GSM-7 lacks: one of them makes a text leave in UCS-2, with 70 characters a segment. */
function oddCharacters(text: string): string[] {
  return [...new Set(text)].filter((character) => countSegments(character).encoding === 'UCS-2');
}

function counted(segments: number): string {
  return `${segments} segment${segments === 1 ? '' : 's'}`;
}

function money(amount: number): string {
  return amount.toFixed(4);
}

function reasonOf(error: unknown): string {
  if (error instanceof SwitchboardError || error instanceof Error) return error.message;
  return 'something that is no error was thrown';
}
