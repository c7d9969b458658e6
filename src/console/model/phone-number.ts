/** Country codes (E.164): one digit, two digits, else three. */
const COUNTRY = /^(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/;

/** A number as it is easier to read: `+1 555 010 0001`. What is no long number, such as a short code, stays as it is. */
export function shownNumber(digits: string): string {
  if (digits.length < 9) return digits;
  const american = /^1(\d{3})(\d{3})(\d{4})$/.exec(digits);
  if (american) return `+1 ${american.slice(1).join(' ')}`;
  const [country = ''] = COUNTRY.exec(digits) ?? [];
  const groups = digits.slice(country.length).match(/\d{1,3}(?=(\d{3})*$)/g) ?? [];
  return `+${country} ${groups.join(' ')}`;
}

/** The number of a conversation's customer, whose digits end its id, as it is shown. */
export function customerOf(conversationId: string): string {
  return shownNumber(conversationId.split('-')[1] ?? conversationId);
}
