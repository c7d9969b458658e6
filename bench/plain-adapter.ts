import { randomUUID } from 'node:crypto';
import {
  type Activity,
  ActivityTypes,
  BotAdapter,
  type ConversationReference,
  type ResourceResponse,
  TurnContext,
} from 'botbuilder';
import type { Request, Response } from 'restify';
import { type Dispatcher, request } from 'undici';
import { signCallback, signRequest } from '../src/telesign/signature.ts';

export interface PlainAdapterParts {
  customerId: string;
  apiKey: string;
  apiUrl: string;
  dispatcher: Dispatcher;
}

/**
 * A Bot Framework adapter for TeleSign as adapters for SMS are usually written: the turn runs inside the webhook, each
 * activity is sent as the bot sends it, and the webhook is answered when the turn is over.
 */
export class PlainTeleSignAdapter extends BotAdapter {
  readonly #parts: PlainAdapterParts;

  constructor(parts: PlainAdapterParts) {
    super();
    this.#parts = parts;
  }

  async processActivity(
    req: Request,
    res: Response,
    logic: (context: TurnContext) => Promise<void>,
  ): Promise<void> {
    const raw: string = req.rawBody;
    if (req.headers['x-ts-authorization'] !== signCallback(Buffer.from(raw), this.#parts.apiKey)) {
      res.send(401);
      return;
    }
    const { sub_resource, user_response: user, reference_id, submit_timestamp } = req.body;
    if (sub_resource === 'mo_sms') {
      const activity: Partial<Activity> = {
        type: ActivityTypes.Message,
        id: reference_id,
        timestamp: new Date(submit_timestamp),
        channelId: 'telesign-sms',
        serviceUrl: this.#parts.apiUrl,
        conversation: {
          id: `${user.sender_id}-${user.phone_number}`,
          name: '',
          isGroup: false,
          conversationType: 'personal',
        },
        from: { id: user.phone_number, name: `+${user.phone_number}` },
        recipient: { id: user.sender_id, name: `+${user.sender_id}` },
        locale: 'en-us',
        text: user.mo_message,
        channelData: req.body,
      };
      await this.runMiddleware(new TurnContext(this, activity), logic);
    }
    res.send(200, {});
  }

  override async sendActivities(
    _context: TurnContext,
    activities: Partial<Activity>[],
  ): Promise<ResourceResponse[]> {
    const responses: ResourceResponse[] = [];
    for (const activity of activities) {
      responses.push(activity.type === ActivityTypes.Message ? await this.#send(activity) : { id: '' });
    }
    return responses;
  }

  async #send(activity: Partial<Activity>): Promise<ResourceResponse> {
    const { customerId, apiKey, apiUrl, dispatcher } = this.#parts;
    const path = '/v1/messaging';
    const contentType = 'application/x-www-form-urlencoded';
    const body = new URLSearchParams({
      phone_number: activity.recipient?.id ?? '',
      message: activity.text ?? '',
      message_type: 'ARN',
      sender_id: activity.from?.id ?? '',
    }).toString();
    const headers = signRequest({
      method: 'POST',
      path,
      contentType,
      date: new Date().toUTCString(),
      nonce: randomUUID(),
      body,
      customerId,
      apiKey,
    });
    const answer = await request(`${apiUrl}${path}`, { method: 'POST', headers, body, dispatcher });
    const sent: unknown = await answer.body.json();
    if (answer.statusCode !== 200) throw new Error(`TeleSign answered ${answer.statusCode}.`);
    const id =
      typeof sent === 'object' && sent !== null && 'reference_id' in sent ? String(sent.reference_id) : '';
    return { id };
  }

  override async updateActivity(): Promise<void> {
    throw new Error('An SMS cannot be changed.');
  }

  override async deleteActivity(): Promise<void> {
    throw new Error('An SMS cannot be deleted.');
  }

  override async continueConversation(
    reference: Partial<ConversationReference>,
    logic: (context: TurnContext) => Promise<void>,
  ): Promise<void> {
    const activity = TurnContext.applyConversationReference({ type: ActivityTypes.Event }, reference, true);
    await this.runMiddleware(new TurnContext(this, activity), logic);
  }
}
