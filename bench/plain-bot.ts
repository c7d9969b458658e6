/** The usual way to build a bot for SMS, to compare with: Bot Framework on restify, its state in memory. */
import { ActivityHandler, ConversationState, MemoryStorage, UserState } from 'botbuilder';
import type { DialogState } from 'botbuilder-dialogs';
import restify from 'restify';
import { Agent } from 'undici';
import { ACCOUNT } from './account.ts';
import { PlainTeleSignAdapter } from './plain-adapter.ts';
import { HarbourShopDialogs } from './plain-dialog.ts';
import { filledMemory } from './plain-memory.ts';

const filled = Number(process.env.PLAIN_CONVERSATIONS ?? 0);
const storage = new MemoryStorage(await filledMemory(filled));
const conversationState = new ConversationState(storage);
const userState = new UserState(storage);
const dialogs = new HarbourShopDialogs(conversationState.createProperty<DialogState>('dialogs'), userState);

const bot = new ActivityHandler();
bot.onMessage(async (context, next) => {
  await dialogs.run(context);
  await next();
});
bot.onDialog(async (context, next) => {
  await conversationState.saveChanges(context);
  await userState.saveChanges(context);
  await next();
});

const adapter = new PlainTeleSignAdapter({
  customerId: ACCOUNT.customerId,
  apiKey: ACCOUNT.apiKey,
  apiUrl: process.env.TELESIGN_API_URL ?? '',
  dispatcher: new Agent({ connections: 64 }),
});
adapter.onTurnError = async (_context, error) => console.error(error);

const server = restify.createServer();
server.use(restify.plugins.bodyParser({ mapParams: false }));
server.post('/callbacks/telesign/:channelId', async (req, res) => {
  await adapter.processActivity(req, res, (context) => bot.run(context));
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
