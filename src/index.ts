/** What a program imports that builds its own service on switchboard. */
export { type App, type AppOptions, createApp } from './app.ts';
export { type Action, type ActionTurn, checkedAction, type InputSchema } from './bot/action-step.ts';
export { type Json, type ReturnCheck, type ReturnTarget, TURN, type TurnUnderWay } from './bot-turn.ts';
export { type ErrorCode, SwitchboardError } from './errors.ts';
export { TeleSignAdapter } from './telesign/adapter.ts';
export { TurnStorage } from './telesign/turn-storage.ts';
export type { Translate, Translation, TranslationRequest } from './translation/translation.ts';
