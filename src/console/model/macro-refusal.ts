import type { MacroRun } from '../../http/macro-schemas.ts';
import { Refusal } from './api.ts';
import type { T } from './texts.ts';
import type { Conversation } from './types.ts';

/** Which step of a macro was not done, and why, in the reader's language. */
export function macroRefusal(
  t: T,
  explain: (error: unknown) => string,
  refused: NonNullable<MacroRun['refused']>,
  { agentId }: Pick<Conversation, 'agentId'>,
): string {
  const { code, detail, missing } = refused;
  const why = () => {
    if (missing) return t('macros.missing', { names: missing.join(', ') });
    // Its own text fits a form, where each mistake stands at its field.
    return code === 'invalid_request' ? detail : explain(new Refusal(409, { code, detail, agentId }));
  };
  return t('macros.refused', { step: t(`do.${refused.do}`), why: why() });
}
