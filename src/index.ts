/** What a program imports that builds its own service on switchboard. */
export { type App, type AppOptions, createApp } from './app.ts';
export type { Action } from './bot/script-dialog.ts';
export { type Json, type ReturnCheck, type ReturnTarget, TURN, type TurnUnderWay } from './bot-turn.ts';
export { type ErrorCode, SwitchboardError } from './errors.ts';
export { TeleSignAdapter } from './telesign/adapter.ts';
export { TurnStorage } from './telesign/turn-storage.ts';
