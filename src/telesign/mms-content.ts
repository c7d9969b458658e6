import { z } from 'zod';

/** What came along with an MMS. The URL is TeleSign's, http or https, and was not opened: it may lead nowhere by now. */
export type Media = { kind: MediaKind; url: string };
type MediaKind = 'image' | 'video' | 'audio';

/** TeleSign writes some texts as numbers. */
export const words = z.union([z.string(), z.number().transform(String)]);

const CONTENT_NAME = /^(?:(subject)|(text)_(\d{1,4})|url_(image|video|audio)_(\d{1,4}))$/;
const CONTENT_ORDER = ['subject', 'text', 'image', 'video', 'audio'] as const;
/** Signs, not words: which language the customer has is not known here. The bot passes over them beside words. */
const MEDIA_LINES: Readonly<Record<MediaKind, string>> = {
  image: '📷',
  video: '🎬',
  audio: '🔊',
};

/** Characters. Longer ones are dropped, so that a message's document stays small; the line tells of the picture. */
const URL_LIMIT = 2000;

/** Reads `subject`, `text_1`…, `url_image_1`…, `url_video_1`… and `url_audio_1`…, in this order and that of numbers. */
export function readContent(content: Record<string, unknown>): { lines: string[]; media: Media[] } {
  const fields = Object.entries(content).flatMap(([name, value]) => {
    const [, subject, text, textNumber, media, mediaNumber] = CONTENT_NAME.exec(name) ?? [];
    const kind = CONTENT_ORDER.find((known) => known === (subject ?? text ?? media));
    return kind === undefined ? [] : [{ kind, number: Number(textNumber ?? mediaNumber ?? 0), value }];
  });
  fields.sort((a, b) => CONTENT_ORDER.indexOf(a.kind) - CONTENT_ORDER.indexOf(b.kind) || a.number - b.number);
  const lines: string[] = [];
  const media: Media[] = [];
  for (const { kind, value } of fields) {
    if (kind === 'subject' || kind === 'text') {
      const line = words.safeParse(value);
      if (line.success && line.data !== '') lines.push(line.data);
    } else if (value !== null && value !== '') {
      lines.push(MEDIA_LINES[kind]);
      const known = typeof value === 'string' && value.length <= URL_LIMIT && /^https?:\/\//i.test(value);
      if (known) media.push({ kind, url: value });
    }
  }
  return { lines, media };
}
