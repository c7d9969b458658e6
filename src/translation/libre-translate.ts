import { Agent, request } from 'undici';
import { z } from 'zod';
import { SwitchboardError } from '../errors.ts';
import type { Translate } from './translation.ts';

/** Bytes. The longest draft has 16,000 characters, which some servers write as six bytes each. */
const LONGEST_ANSWER = 512 * 1024;

const answer = z.object({
  translatedText: z.string(),
  /** In doubt it names a language, with no confidence. */
  detectedLanguage: z.object({ confidence: z.number(), language: z.string() }).optional().catch(undefined),
});

/**
 * Its codes that are not those of BCP 47, where `tl` is `fil`. Newer versions also take `zh-Hans` and `zh-Hant`, all take
 * these.
 */
const CODES: Readonly<Record<string, string>> = {
  'zh-Hans': 'zh',
  'zh-Hant': 'zt',
  'fil-Latn': 'tl',
  'no-Latn': 'nb',
};
const TAGS: Readonly<Record<string, string>> = { zh: 'zh-Hans', zt: 'zh-Hant', pb: 'pt-BR' };

/**
 * Translates by a server that speaks LibreTranslate's protocol: `POST <url>/translate`. It follows no redirect, so that
 * text and key go nowhere else. Rejects with `translation_failed`, which says neither what was sent nor what came.
 */
export function createLibreTranslate(options: { url: string; apiKey: string | undefined }): {
  translate: Translate;
  close: () => Promise<void>;
} {
  const { url, apiKey } = options;
  const dispatcher = new Agent({ connections: 16, maxResponseSize: LONGEST_ANSWER });
  const address = `${url.replace(/\/+$/, '')}/translate`;
  return {
    async translate({ text, from, to }, { signal }) {
      const { statusCode, body } = await request(address, {
        dispatcher,
        signal,
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({
          q: text,
          source: from === undefined ? 'auto' : codeOf(from),
          target: codeOf(to),
          format: 'text',
          ...(apiKey === undefined ? {} : { api_key: apiKey }),
        }),
      });
      if (statusCode !== 200) {
        body.on('error', () => {});
        body.destroy();
        throw failed(`answers with HTTP status ${statusCode}`);
      }
      const checked = answer.safeParse(parsed(await body.text()));
      if (!checked.success) throw failed('answers with what is no translation');
      const { translatedText, detectedLanguage } = checked.data;
      const isSure = detectedLanguage !== undefined && detectedLanguage.confidence > 0;
      return {
        text: translatedText,
        from: isSure ? (TAGS[detectedLanguage.language] ?? detectedLanguage.language) : from,
      };
    },
    close: () => dispatcher.close(),
  };
}

function failed(how: string): SwitchboardError {
  return new SwitchboardError('translation_failed', `What TRANSLATE_URL leads to ${how}.`);
}

/** Its own error would quote what came. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function codeOf(tag: string): string {
  const { language, script } = new Intl.Locale(tag).maximize();
  return CODES[`${language}-${script}`] ?? language;
}
