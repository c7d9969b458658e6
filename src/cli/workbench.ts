import { Argument, type Command } from 'commander';
import type { SchemaName } from '../bot/json-schema.ts';

const print = (line: string) => console.log(line);

/** What designers of dialogs have. Each loads what it needs only when it is called. */
export function addWorkbench(program: Command): void {
  program
    .command('test')
    .description('run tests of dialogs, *.test.yaml beside them; see docs/dialogs.md')
    .argument('[files...]', 'only these')
    .option('--language <tag...>', 'only these languages')
    .option('--coverage', 'tell which steps were run, by dialog and language')
    .option('--lcov <file>', 'write that as an lcov file')
    .option('--threshold <percent>', 'fail when less of the steps was run in a language')
    .option('--actions <module>', 'a file that exports the actions of your program')
    .action(async (files: string[], given: unknown) => {
      const { runTestCommand } = await import('./test.ts');
      process.exitCode = (await runTestCommand(process.env, files, given, { print })) ? 0 : 1;
    });

  program
    .command('chat')
    .description(
      'talk with the dialogs in a terminal, without a phone; they are read again when they are saved',
    )
    .option('--language <tag>', 'the customer’s, at first')
    .option('--price <amount>', 'what one segment costs, to see what each text costs')
    .option('--actions <module>', 'a file that exports the actions of your program')
    .action(async (given: unknown) => {
      const { runChatCommand } = await import('./chat.ts');
      await runChatCommand(process.env, given, { input: process.stdin, output: process.stdout });
    });

  program
    .command('lint')
    .description('look for mistakes in the dialogs and their texts; see docs/dialogs.md')
    .option('--format <format>', 'text, json or github', 'text')
    .option('--strict', 'fail on warnings too')
    .option('--live', 'tell how many conversations each change touches, of a running service')
    .option('--url <url>', 'where it answers')
    .option('--actions <module>', 'a file that exports the actions of your program')
    .action(async (given: unknown) => {
      const { runLintCommand } = await import('./lint.ts');
      process.exitCode = (await runLintCommand(process.env, given, { print })) ? 0 : 1;
    });

  program
    .command('schema')
    .description('print the format of a file as JSON Schema, for editors')
    .addArgument(new Argument('[file]', 'which').choices(['dialog', 'locale', 'system']).default('dialog'))
    .action(async (name: SchemaName) => {
      const { jsonSchema } = await import('../bot/json-schema.ts');
      print(JSON.stringify(jsonSchema(name), null, 2));
    });

  program
    .command('graph')
    .description('draw the dialogs')
    .option('--format <format>', 'mermaid (text) or svg', 'mermaid')
    .option('--out <file>', 'where to; printed when left out')
    .option('--language <tag>', 'whose texts are shown')
    .option('--coverage [lcov]', 'mark steps that no test runs: out of a file, or by running the tests')
    .option('--live', 'tell how many customers left where, asked of the running service')
    .option('--days <days>', 'of the last so many days', '30')
    .option('--url <url>', 'where the running service answers')
    .option('--actions <module>', 'a file that exports the actions of your program')
    .action(async (given: unknown) => {
      const { runGraphCommand } = await import('./graph.ts');
      await runGraphCommand(process.env, given, { print }, Date.now);
    });

  program
    .command('record')
    .description(
      'make a test file of a conversation that the running service has, with personal data replaced',
    )
    .argument('<conversation>', 'its id')
    .option('--out <file>', 'where to; printed when left out')
    .option('--url <url>', 'where the running service answers')
    .option('--actions <module>', 'a file that exports the actions of your program')
    .action(async (id: string, given: unknown) => {
      const { runRecordCommand } = await import('./record.ts');
      await runRecordCommand(process.env, id, given, { print, tell: (line) => console.error(line) });
    });
}
