import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const LANGUAGES = ['en', 'es', 'fr', 'pt', 'zh-TW'];

/** A dialog of 22 steps that calls the one before it. */
function dialog(n: number): string {
  const before = n === 0 ? '' : `  - id: before\n    call: d${n - 1}\n    as: before\n`;
  return `id: d${n}
triggers:
  - keywords: keywords${n === 0 ? '\n  - start' : ''}
steps:
  - say: welcome
  - id: menu
    choice: menu.question
    as: topic
    options:
      - { value: order, label: menu.order, words: menu.order_words, goto: order }
      - { value: hours, label: menu.hours, words: menu.hours_words, goto: hours }
      - { value: person, label: menu.person, goto: person }
  - id: order
    ask: number
    as: number
    type: integer
  - ask: reference
    as: reference
    pattern: '[A-Z]{2}-?[0-9]{4,8}'
  - action: lookupOrder
    input: { number: number, reference: reference }
    as: order
  - set: { found: order.found, attempts: 1, user.last: number }
  - if: found == true && order.status in ["shipped", "packed"]
    then:
      - set: { count: order.days }
      - say: shipped
    else:
      - say: not_found
${before}  - id: hours
    say: hours
  - confirm: more
    yes: menu
    no: bye
  - id: person
    ask: about
    as: about
  - id: support
    handoff: support
    reason: customer_asked
    summary: summary
    on:
      closed: [{ say: closed }]
      untaken: { after: 10m, do: [{ say: waiting }] }
      returned: [{ goto: bye }]
  - id: bye
    say: bye
`;
}

/** One leaves GSM-7, so that there is something to tell of in every file. */
function texts(n: number, language: string): object {
  const text = (what: string) => `${language} ${what} of dialog ${n}: it is here.`;
  return {
    keywords: [`${language} words ${n}`, `${language} more words ${n}`],
    welcome: `${text('welcome')} It’s open.`,
    not_found: `${text('not found')} {{number}}`,
    menu: {
      question: text('question'),
      order: `${language} order ${n}`,
      order_words: [`${language} my order ${n}`],
      hours: `${language} opening ${n}`,
      hours_words: [`${language} open ${n}`],
      person: `${language} somebody ${n}`,
    },
    number: text('number'),
    reference: text('reference'),
    shipped_one: text('one day'),
    shipped_other: `${text('days')} {{count}}`,
    hours: text('hours'),
    more: text('more'),
    about: text('about'),
    summary: `${text('summary')} {{about}}`,
    closed: text('closed'),
    waiting: text('waiting'),
    bye: `${text('bye')} {{user.last}}`,
  };
}

/** Writes that many dialogs, each with its texts in every language, for the command to be run in this folder. */
export async function writeLargeSet(folder: string, dialogs: number): Promise<void> {
  await mkdir(join(folder, 'dialogs'), { recursive: true });
  for (const language of LANGUAGES) await mkdir(join(folder, 'locales', language), { recursive: true });
  for (let n = 0; n < dialogs; n += 1) {
    await writeFile(join(folder, 'dialogs', `d${n}.yaml`), dialog(n));
    for (const language of LANGUAGES) {
      await writeFile(join(folder, 'locales', language, `d${n}.json`), JSON.stringify(texts(n, language)));
    }
  }
}
