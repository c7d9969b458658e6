import { z } from 'zod';
import { SwitchboardError } from '../errors.ts';
import { withinTime } from '../within-time.ts';

/** What is to be translated. Languages are BCP 47. */
export interface TranslationRequest {
  text: string;
  /** Undefined = find out. */
  from?: string | undefined;
  to: string;
}

export interface Translation {
  text: string;
  /** The language that the text was in, where whoever translates tells. */
  from?: string | undefined;
}

/**
 * A function of the program that translates texts. `signal` is aborted once the time is over: nobody waits for the answer
 * any more.
 */
export type Translate = (
  request: TranslationRequest,
  given: { signal: AbortSignal },
) => Promise<string | Translation>;

/** Rejects with `translation_failed` or `translation_timeout`, never with anything else. */
export type Translator = (request: TranslationRequest) => Promise<Translation>;

/** Milliseconds. An agent waits for it; the requests that are made for them have to be answered within 30 s. */
export const MOST_TIME = 10_000;

/** Plain enough for everybody who shows its name: language, and perhaps script and region. */
const languageTag = z
  .string()
  .regex(/^[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?$/i)
  .optional()
  .catch(undefined);
const answer = z.union([
  z
    .string()
    .min(1)
    .transform((text): Translation => ({ text })),
  z.object({ text: z.string().min(1), from: languageTag }),
]);

/** Translates by this function, within its time, and checks what it answers. */
export function createTranslator(translate: Translate): Translator {
  const late = () => new SwitchboardError('translation_timeout');
  return (request) =>
    withinTime(MOST_TIME, late, async (signal) => {
      try {
        const checked = answer.safeParse(await translate(request, { signal }));
        if (checked.success) return checked.data;
      } catch (cause) {
        throw isOwn(cause) ? cause : new SwitchboardError('translation_failed', undefined, { cause });
      }
      throw new SwitchboardError('translation_failed', 'What translates answers with no text.');
    });
}

function isOwn(error: unknown): boolean {
  return error instanceof SwitchboardError && error.code.startsWith('translation_');
}
