import { SwitchboardError } from './errors.ts';
import { describeCauses, describeError } from './log.ts';

/** sysexits.h: the settings are wrong, so starting again without changing them is useless. */
export const EX_CONFIG = 78;

/**
 * What to print of an error that ended a start, and the code to exit with. Repeats nothing of an error that is not ours:
 * a driver's holds the address that it was given, with its password.
 */
export function startFailure(error: unknown): { text: string; exitCode: number } {
  if (!(error instanceof SwitchboardError)) {
    return { text: `The start failed: ${JSON.stringify(describeError(error), null, 2)}`, exitCode: 1 };
  }
  const causes = describeCauses(error);
  const isConfig = error.code === 'settings_invalid' || error.code === 'dialogs_invalid';
  return {
    text: causes === '' ? error.message : `${error.message}\nCause: ${causes}`,
    exitCode: isConfig ? EX_CONFIG : 1,
  };
}
