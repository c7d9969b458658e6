import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { z } from 'zod';
import type { Action } from '../bot/action-step.ts';
import { type DialogFiles, readDialogFiles } from '../bot/dialog-files.ts';
import { sampleActions } from '../bot/sample-actions.ts';
import { type Config, readConfig, wrongSettings } from '../config.ts';

/** What commands about dialogs work on: the folders that the settings name. Throws `settings_invalid`, `dialogs_invalid`. */
export async function dialogsOf(
  env: Record<string, string | undefined>,
): Promise<{ config: Config; files: DialogFiles }> {
  const config = readConfig(env);
  return { config, files: await readDialogFiles(config) };
}

/** The options of a command, checked. Throws `settings_invalid`. */
export function optionsOf<S extends z.ZodType>(schema: S, given: unknown): z.output<S> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw wrongSettings(parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`));
}

/** Throws `settings_invalid` for a language that the dialogs have no texts in. */
export function knownLanguage(language: string, languages: readonly string[]): string {
  if (languages.includes(language)) return language;
  throw wrongSettings([`--language: there are ${languages.join(', ')}`]);
}

/**
 * The actions that a module exports by name, or as its default; those of the sample shop without one. Throws
 * `settings_invalid` for a module that cannot be loaded, or exports none.
 */
export async function actionsOf(module: string | undefined): Promise<{ readonly [name: string]: Action }> {
  if (module === undefined) return sampleActions;
  const exported: { [name: string]: unknown } = await import(pathToFileURL(module).href).catch(
    (error: unknown) => {
      const reason = error instanceof Error ? error.message : 'it throws what is no error';
      throw wrongSettings([`--actions: ${basename(module)} cannot be loaded: ${reason}`]);
    },
  );
  const named = { ...(typeof exported.default === 'object' ? exported.default : {}), ...exported };
  const actions = Object.entries(named).filter(
    (entry): entry is [string, Action] => typeof entry[1] === 'function',
  );
  if (actions.length === 0) {
    throw wrongSettings([`--actions: ${basename(module)} exports no function`]);
  }
  return Object.fromEntries(actions);
}
