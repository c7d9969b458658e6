import { ConversationState, MemoryStorage, TestAdapter, UserState } from 'botbuilder';
import type { DialogState } from 'botbuilder-dialogs';
import { EXCHANGES, filledCustomer, filledPosition, SUPPORT_NUMBER } from './conversation-script.ts';
import { HarbourShopDialogs } from './plain-dialog.ts';

type Memory = Record<string, string>;

/** What `MemoryStorage` holds after `count` customers have texted, each a few steps into the script. */
export async function filledMemory(count: number): Promise<Memory> {
  const memory: Memory = {};
  if (count === 0) return memory;
  const snapshots = await snapshotsOf(SUPPORT_NUMBER, filledCustomer(0));
  for (let n = 0; n < count; n += 1) {
    const customer = filledCustomer(n);
    for (const [key, value] of snapshots[filledPosition(n)] ?? []) {
      memory[key.replace(filledCustomer(0), customer)] = value.replaceAll(filledCustomer(0), customer);
    }
  }
  return memory;
}

/** What is in memory for one customer, before the first exchange and after each one but the last. */
async function snapshotsOf(number: string, customer: string): Promise<[string, string][][]> {
  const memory: Memory = {};
  const storage = new MemoryStorage(memory);
  const conversationState = new ConversationState(storage);
  const userState = new UserState(storage);
  const dialogs = new HarbourShopDialogs(conversationState.createProperty<DialogState>('dialogs'), userState);
  const adapter = new TestAdapter(async (context) => {
    await dialogs.run(context);
    await conversationState.saveChanges(context);
    await userState.saveChanges(context);
  });
  const snapshots: [string, string][][] = [];
  for (const { text } of EXCHANGES) {
    await adapter.processActivity({
      type: 'message',
      text,
      channelId: 'telesign-sms',
      locale: 'en-us',
      conversation: { id: `${number}-${customer}`, name: '', isGroup: false, conversationType: 'personal' },
      from: { id: customer, name: `+${customer}` },
      recipient: { id: number, name: `+${number}` },
    });
    snapshots.push(Object.entries(memory).map(([key, value]) => [key, value]));
  }
  // After the whole script a conversation is at its start again, with the state of one that has ended.
  const ended = snapshots.pop() ?? [];
  return [ended, ...snapshots];
}
