/** A page of a menu: the options from `from` up to, but without, `to`, counted from 0. */
export interface Page {
  from: number;
  to: number;
}

/** More lines are not read on a phone. */
const MOST_ON_PAGE = 9;
/** A page with fewer options costs the customer more than a second segment costs. */
const FEWEST_ON_PAGE = 3;

/**
 * Cuts a menu into pages that fit one segment, so far as that can be done: a page has three to nine options. Where not even
 * three options fit beside the question, cutting saves nothing, and only the ninth option ends a page. `more` is the line that
 * leads on, which each of several pages has.
 */
export function pagesOf(question: string, labels: readonly string[], more: string): Page[] {
  const line = (n: number) => `${n + 1}. ${labels[n]}`;
  const fits = (from: number, to: number, last: readonly string[]) => {
    const lines = labels.slice(from, to).map((_, n) => line(from + n));
    return fitsSegment([question, ...lines, ...last].join('\n'));
  };
  const isShort = labels.length <= MOST_ON_PAGE;
  const isHopeless = !fits(0, Math.min(FEWEST_ON_PAGE, labels.length), [more]);
  if (isShort && (labels.length <= FEWEST_ON_PAGE || isHopeless || fits(0, labels.length, []))) {
    return [{ from: 0, to: labels.length }];
  }
  const pages: Page[] = [];
  for (let from = 0; from < labels.length; ) {
    let to = Math.min(from + FEWEST_ON_PAGE, labels.length);
    while (to < labels.length && to - from < MOST_ON_PAGE && (isHopeless || fits(from, to + 1, [more])))
      to += 1;
    pages.push({ from, to });
    from = to;
  }
  return pages;
}

/** One page as it is sent. The options keep their numbers from page to page. */
export function pageText(
  question: string,
  labels: readonly string[],
  { from, to }: Page,
  more: string | undefined,
): string {
  const lines = labels.slice(from, to).map((label, n) => `${from + n + 1}. ${label}`);
  return [question, ...lines, ...(more === undefined ? [] : [more])].join('\n');
}

const GSM = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/;
/** They take two places each. */
const EXTENDED = /[\^{}\\[~\]|€]/g;

/** 160 characters of GSM-7, else 70. */
function fitsSegment(text: string): boolean {
  if (!GSM.test(text)) return text.length <= 70;
  return text.length + (text.match(EXTENDED)?.length ?? 0) <= 160;
}
