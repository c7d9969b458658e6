import type { Activity, Attachment } from 'botbuilder-core';
import { z } from 'zod';

/**
 * What a customer reads of a message activity: its text, then its cards and links, then its suggested actions, as
 * lines. Empty when nothing of it can be read. Pictures that only decorate a card are left out, and so are audio
 * renderings (`speak`) and data URLs.
 *
 * Choices are `- ` lines, not numbered: the bot that offers them expects their words back, and would not know what a
 * `2` is. (Prompts of botbuilder-dialogs number their choices in the text, and understand the number.) The dash is in
 * the GSM alphabet; a round bullet would turn the text into UCS-2, at more than twice the segments.
 */
export function activityText(activity: Partial<Activity>): string {
  const blocks = [
    activity.text ?? '',
    ...(activity.attachments ?? []).map(attachmentText),
    lines((activity.suggestedActions?.actions ?? []).map(actionText)),
  ].filter((block) => block.trim() !== '');
  return blocks.join('\n\n');
}

/** A field of the wrong type is left out; the rest of the card is still worth reading. */
const words = z
  .union([z.string(), z.number().transform(String)])
  .optional()
  .catch(undefined);
const listOf = <T>(element: z.ZodType<T>) => z.array(element).catch([]);

const ActionSchema = z.object({ type: words, title: words, value: z.unknown().optional(), url: words });

/** Fields of Bot Framework's hero, thumbnail, receipt, sign-in, OAuth and media cards that are words or links. */
const CardSchema = z.object({
  title: words,
  subtitle: words,
  text: words,
  facts: listOf(z.object({ key: words, value: words })),
  items: listOf(z.object({ title: words, price: words })),
  tax: words,
  total: words,
  media: listOf(z.object({ url: words })),
  buttons: listOf(ActionSchema),
  // Adaptive cards
  fallbackText: words,
  body: listOf(z.unknown()),
  actions: listOf(ActionSchema),
});

function attachmentText({ content, contentUrl, name }: Attachment): string {
  const card = CardSchema.safeParse(content).data;
  return lines([
    ...(card ? cardLines(card) : []),
    isLink(contentUrl) ? labelled(name, contentUrl) : undefined,
  ]);
}

function cardLines(card: z.infer<typeof CardSchema>): (string | undefined)[] {
  return [
    card.title,
    card.subtitle,
    card.text,
    ...card.facts.map(({ key, value }) => labelled(key, value)),
    ...card.items.map(({ title, price }) => labelled(title, price)),
    card.tax,
    card.total,
    ...card.media.map(({ url }) => (isLink(url) ? url : undefined)),
    ...(card.fallbackText ? [card.fallbackText] : adaptiveLines(card.body)),
    ...[...card.buttons, ...card.actions].map(actionText),
  ];
}

const AdaptiveSchema = z.object({
  text: words,
  facts: listOf(z.object({ title: words, value: words })),
  items: listOf(z.unknown()),
  columns: listOf(z.unknown()),
});

function adaptiveLines(elements: unknown[]): (string | undefined)[] {
  return elements.flatMap((element) => {
    const read = AdaptiveSchema.safeParse(element).data;
    if (!read) return [];
    const { text, facts, items, columns } = read;
    return [
      text,
      ...facts.map(({ title, value }) => labelled(title, value)),
      ...adaptiveLines([...items, ...columns]),
    ];
  });
}

/** A link is shown; so is the reply that a click would have put into the chat, where it differs from the label. */
function actionText({ type, title, value, url }: z.infer<typeof ActionSchema>): string | undefined {
  const link = url ?? value;
  if (isLink(link)) return labelled(title, link);
  const reply = type === 'imBack' && typeof value === 'string' ? value : '';
  if (!title || !reply) return title || reply ? `- ${title || reply}` : undefined;
  return title.toLowerCase() === reply.toLowerCase() ? `- ${title}` : `- ${title} (${reply})`;
}

function labelled(label: string | undefined, value: string | undefined): string | undefined {
  if (!label || !value) return label || value;
  return label.endsWith(':') ? `${label} ${value}` : `${label}: ${value}`;
}

function isLink(value: unknown): value is string {
  return typeof value === 'string' && /^(https?:\/\/|tel:|mailto:)/i.test(value);
}

function lines(all: (string | undefined)[]): string {
  return all.filter((line) => line?.trim()).join('\n');
}
