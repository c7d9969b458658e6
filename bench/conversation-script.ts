/** What every customer of the bench texts, and what either bot answers. Then it begins again: the session has ended. */
export interface Exchange {
  text: string;
  reply: string;
}

const NAME = 'Anna';
const MENU = 'What can we do for you?\n1. Where is my order?\n2. Opening hours\n3. Returns';
const MORE = 'Is there anything else? Reply YES or NO.';

export const EXCHANGES: readonly Exchange[] = [
  {
    text: 'Hi, I have a question',
    reply: 'Hello, this is Harbour Shop. I am the automatic assistant.\n\nWhat is your name?',
  },
  { text: NAME, reply: `Thank you, ${NAME}.\n\n${MENU}` },
  { text: '1', reply: 'What is the number of your order? You find it in our first text to you.' },
  {
    text: '10234',
    reply: `Order 10234 left our warehouse this morning, ${NAME}. It should be with you in two days.\n\n${MORE}`,
  },
  { text: 'yes', reply: MENU },
  {
    text: 'opening hours',
    reply: `We are open Monday to Saturday from 9 to 18, and on Sunday from 10 to 16.\n\n${MORE}`,
  },
  { text: 'no', reply: `Thank you for texting us, ${NAME}. Goodbye.` },
];

export const SUPPORT_NUMBER = '15550109999';

/** Customers whose conversations a store is filled with, from 0. */
export function filledCustomer(n: number): string {
  return String(15560000000 + n);
}

/** Customers who text for the first time, from 0. */
export function freshCustomer(n: number): string {
  return String(15570000000 + n);
}

/** How many texts of the script a filled conversation has behind it: 0 = all of them, its session is closed. */
export function filledPosition(n: number): number {
  return n % EXCHANGES.length;
}
