import type { Activity, Attachment, CardAction } from 'botbuilder-core';
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

const ActionSchema = z.object({
  type: z.string().optional(),
  title: z.string().optional(),
  value: z.unknown(),
  url: z.string().optional(),
});

/** Fields of Bot Framework's hero, thumbnail, receipt, sign-in, OAuth and media cards that are words or links. */
const CardSchema = z.object({
  title: z.string().optional(),
  subtitle: z.string().optional(),
  text: z.string().optional(),
  facts: z.array(z.object({ key: z.string(), value: z.string() })).optional(),
  items: z.array(z.object({ title: z.string().optional(), price: z.string().optional() })).optional(),
  tax: z.string().optional(),
  total: z.string().optional(),
  media: z.array(z.object({ url: z.string() })).optional(),
  buttons: z.array(ActionSchema).optional(),
  // Adaptive cards
  fallbackText: z.string().optional(),
  body: z.array(z.unknown()).optional(),
  actions: z.array(ActionSchema).optional(),
});

function attachmentText({ content, contentUrl, name }: Attachment): string {
  const card = CardSchema.safeParse(content).data;
  return lines([
    ...(card ? cardLines(card) : []),
    contentUrl && isLink(contentUrl) ? labelled(name, contentUrl) : '',
  ]);
}

function cardLines(card: z.infer<typeof CardSchema>): string[] {
  return [
    card.title ?? '',
    card.subtitle ?? '',
    card.text ?? '',
    ...(card.facts ?? []).map(({ key, value }) => labelled(key, value)),
    ...(card.items ?? []).map(({ title, price }) => labelled(title, price ?? '')),
    card.tax ?? '',
    card.total ?? '',
    ...(card.media ?? []).map(({ url }) => (isLink(url) ? url : '')),
    ...(card.fallbackText ? [card.fallbackText] : adaptiveLines(card.body ?? [])),
    ...[...(card.buttons ?? []), ...(card.actions ?? [])].map(actionText),
  ];
}

const AdaptiveSchema = z.object({
  type: z.string(),
  text: z.string().optional(),
  facts: z.array(z.object({ title: z.string(), value: z.string() })).optional(),
  items: z.array(z.unknown()).optional(),
  columns: z.array(z.unknown()).optional(),
});

function adaptiveLines(elements: unknown[]): string[] {
  return elements.flatMap((element) => {
    const read = AdaptiveSchema.safeParse(element).data;
    if (!read) return [];
    return [
      read.text ?? '',
      ...(read.facts ?? []).map(({ title, value }) => labelled(title, value)),
      ...adaptiveLines([...(read.items ?? []), ...(read.columns ?? [])]),
    ];
  });
}

/** A link is shown; so is the reply that a click would have put into the chat, where it differs from the label. */
function actionText({ type, title, value, url }: Partial<CardAction> & { url?: string }): string {
  const link = url ?? value;
  if (typeof link === 'string' && isLink(link)) return labelled(title, link);
  const reply = type === 'imBack' && typeof value === 'string' ? value : '';
  if (!title || !reply) return title || reply ? `- ${title || reply}` : '';
  return title.toLowerCase() === reply.toLowerCase() ? `- ${title}` : `- ${title} (${reply})`;
}

function labelled(label: string | undefined, value: string): string {
  if (!label || !value) return label || value;
  return label.endsWith(':') ? `${label} ${value}` : `${label}: ${value}`;
}

function isLink(value: string): boolean {
  return /^(https?:\/\/|tel:|mailto:)/i.test(value);
}

function lines(all: string[]): string {
  return all.filter((line) => line.trim() !== '').join('\n');
}
