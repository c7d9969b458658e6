import { z } from 'zod';
import { wrongSettings } from '../config.ts';

const schema = z.object({
  callbackUrl: z.url({
    protocol: /^https?$/,
    error: 'an http or https address, such as http://127.0.0.1:3978/callbacks/telesign/default',
  }),
  number: z
    .array(z.string().regex(/^\d{3,15}$/, 'write each number as 3 to 15 digits with country code, without +'))
    .min(1, 'at least one number'),
  customerId: z.string().regex(/^[\w-]{1,64}$/, 'letters, digits and hyphens'),
  apiKey: z.base64('base64, as TeleSign gives it').min(1, 'base64, as TeleSign gives it').optional(),
  port: z
    .string()
    .regex(/^\d{1,5}$/, 'a port from 0 to 65535')
    .transform(Number)
    .pipe(z.number().max(65535, 'a port from 0 to 65535')),
  host: z.string().min(1, 'an address of this machine, such as 127.0.0.1'),
});

export type CommandOptions = z.output<typeof schema>;

/** The options of `switchboard emulator`. Throws `settings_invalid` with every mistake at once; repeats no value. */
export function readOptions(given: unknown): CommandOptions {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${optionName(path[0])}: ${message}`);
  throw wrongSettings([...new Set(problems)]);
}

/** `callbackUrl` → `--callback-url` */
function optionName(field: PropertyKey | undefined): string {
  return `--${String(field).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
