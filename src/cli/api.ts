import { readConfig, wrongSettings } from '../config.ts';
import { SwitchboardError } from '../errors.ts';

/** A running service, asked with `SWITCHBOARD_TOKEN`, else with `ADMIN_TOKEN`. `url` undefined = this machine. */
export function apiOf(
  env: Record<string, string | undefined>,
  url: string | undefined,
): { get(path: string): Promise<unknown> } {
  const { port, adminToken } = readConfig(env);
  const token = env.SWITCHBOARD_TOKEN ?? adminToken;
  if (token === undefined) {
    throw wrongSettings(['SWITCHBOARD_TOKEN: needed, the running service is asked with it']);
  }
  const base = url ?? `http://127.0.0.1:${port}`;
  return {
    /** Rejects with `not_ready` when nobody answers, or not with what was asked for. */
    async get(path) {
      const answer = await fetch(new URL(path, base), {
        headers: { authorization: `Bearer ${token}` },
      }).catch((cause: unknown) => {
        const message = 'The service does not answer: start it, or name its address with --url.';
        throw new SwitchboardError('not_ready', message, { cause });
      });
      if (answer.status === 200) return answer.json();
      await answer.body?.cancel();
      const message = `The service answers with ${answer.status}: check --url, and whether the token may do that.`;
      throw new SwitchboardError(answer.status === 404 ? 'not_found' : 'not_ready', message);
    },
  };
}
