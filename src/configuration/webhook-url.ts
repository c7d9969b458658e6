import type { Naming } from './sections.ts';

/**
 * How the URL of a webhook stands in a file: without what is after its `?`, which may be a secret of the receiver. That
 * something was there, the `?` says. Webhooks with the same URL are told apart by `#2`, `#3` … in the order of their making.
 */
export const WEBHOOK_URL: Naming = {
  inFile(webhooks) {
    const seen = new Map<string, number>();
    return webhooks.map((webhook) => {
      const base = baseOf(String(webhook.url));
      const count = (seen.get(base) ?? 0) + 1;
      seen.set(base, count);
      const mark = String(webhook.url).length > base.length + 1 ? '?' : '';
      return { ...webhook, url: `${base}${mark}${count === 1 ? '' : `#${count}`}`, wholeUrl: webhook.url };
    });
  },
  // One whose query has been written by hand since is still the same.
  isMeant: ({ url, wholeUrl }, written) =>
    isWhole(written) ? wholeUrl === written : withoutMark(String(url)) === withoutMark(written),
  toMake: (written) => (isWhole(written) ? written : withoutMark(written).replace(/#\d+$/, '')),
  shown: (written) => (isWhole(written) ? `${baseOf(written)}?…` : written),
  leftOut(written, there) {
    if (isWhole(written)) return undefined;
    if (there === undefined) return lacksQuery(written) ? LEFT_OUT : undefined;
    return lacksQuery(String(there.url)) ? `${LEFT_OUT}, and stays as it is` : undefined;
  },
};

const LEFT_OUT = 'what is after the ? of its URL is not in the file';

/** What is to be done by hand for a webhook that was made. */
export function webhookTodo(written: string): string {
  const secret = 'give its receiver a secret: POST /api/webhooks/{id}/secret';
  return lacksQuery(written)
    ? `write its URL whole: PATCH /api/webhooks/{id} {"url": …}; and ${secret}`
    : secret;
}

/** Somebody has written it into the file with its query. */
function isWhole(written: string): boolean {
  return /\?[^#]/.test(written);
}

function lacksQuery(url: string): boolean {
  return url !== withoutMark(url);
}

function withoutMark(url: string): string {
  return url.replace(/\?(?=#|$)/, '');
}

function baseOf(url: string): string {
  return url.split(/[?#]/, 1)[0] ?? '';
}
