import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { wrongSettings } from '../config.ts';
import { readLcov } from '../workbench/coverage.ts';
import { svgOf } from '../workbench/dot.ts';
import { graphOf, type StepFigures } from '../workbench/graph.ts';
import { mermaidOf } from '../workbench/mermaid.ts';
import { apiOf } from './api.ts';
import { actionsOf, dialogsOf, knownLanguage, optionsOf } from './dialogs.ts';
import { stageOf } from './stage.ts';
import { type Printer, runAll } from './test.ts';

const DAY = 86_400_000;

const options = z.object({
  format: z.enum(['mermaid', 'svg']).default('mermaid'),
  out: z.string().optional(),
  language: z.string().optional(),
  coverage: z.union([z.boolean(), z.string()]).optional(),
  live: z.boolean().optional(),
  days: z.coerce.number().int().min(1).max(92).default(30),
  url: z.url().optional(),
  actions: z.string().optional(),
});

const liveRows = z.object({
  rows: z.array(
    z.object({
      dialog: z.string(),
      step: z.string(),
      language: z.string().nullable(),
      reached: z.number(),
      left: z.number(),
    }),
  ),
});

/** Draws the dialogs. Throws `settings_invalid`, `dialogs_invalid`, and `not_ready` when the service does not answer. */
export async function runGraphCommand(
  env: Record<string, string | undefined>,
  given: unknown,
  { print }: Printer,
  now: () => number,
): Promise<void> {
  const { format, out, coverage, live, days, url, actions, language } = optionsOf(options, given);
  const dialogs = await dialogsOf(env);
  const stage = await stageOf(dialogs, await actionsOf(actions));
  const shown = knownLanguage(language ?? dialogs.config.defaultLanguage, stage.texts.languages);
  const runs = await runsOf(env, coverage, actions);
  const report = live ? await liveOf(env, url, days, now()) : undefined;
  const figuresOf = (place: string): StepFigures => ({
    ...(runs ? { runs: runs.get(place) ?? new Map() } : {}),
    ...(report ? { live: report.get(place) ?? [] } : {}),
  });
  const graph = graphOf(stage.scripts, stage.texts, shown, figuresOf);
  const drawn = format === 'svg' ? await svgOf(graph) : mermaidOf(graph);
  if (out === undefined) print(drawn.trimEnd());
  else await writeFile(out, drawn);
}

/** By place and language, out of an lcov file or by running the tests. */
async function runsOf(
  env: Record<string, string | undefined>,
  coverage: boolean | string | undefined,
  actions: string | undefined,
): Promise<Map<string, ReadonlyMap<string, number>> | undefined> {
  if (coverage === undefined || coverage === false) return undefined;
  if (typeof coverage === 'string') {
    const lcov = await readFile(coverage, 'utf8').catch(() => {
      throw wrongSettings(['--coverage: the file cannot be read; switchboard test --lcov writes one']);
    });
    return readLcov(lcov);
  }
  const { steps } = await runAll(env, [], actions);
  return new Map(steps.map(({ dialog, step, runs }) => [`${dialog}/${step}`, runs]));
}

async function liveOf(
  env: Record<string, string | undefined>,
  url: string | undefined,
  days: number,
  now: number,
): Promise<Map<string, NonNullable<StepFigures['live']>>> {
  const period = { from: new Date(now - days * DAY).toISOString(), to: new Date(now).toISOString() };
  const answer = await apiOf(env, url).get(`/api/reports/dialogs?${new URLSearchParams(period)}`);
  const places = new Map<string, NonNullable<StepFigures['live']>>();
  for (const { dialog, step, language, reached, left } of liveRows.parse(answer).rows) {
    const place = `${dialog}/${step}`;
    places.set(place, [...(places.get(place) ?? []), { language: language ?? '?', reached, left }]);
  }
  return places;
}
