import { instead } from '../bot/nearest.ts';
import type { Path, Problem } from '../bot/problems.ts';
import type { Texts } from '../bot/texts.ts';
import type { Store } from '../store/documents.ts';
import type { Coverage } from './coverage.ts';
import type { Stage } from './stage.ts';
import { type Failure, keyParts, runTest } from './test-case.ts';
import type { TestFile } from './test-file.ts';
import type { Said } from './test-format.ts';

export interface TestResult {
  file: string;
  name: string;
  language: string;
  /** Null when all was as expected. */
  failure: Failure | null;
}

export interface RunParts {
  stage: Stage;
  store: Store;
  coverage: Coverage;
  /** Only these; all of the dialogs when undefined. */
  languages?: readonly string[];
}

/** Plays each test in each of its languages, one after another, as `done` is told. */
export async function runTests(
  files: readonly TestFile[],
  { stage, store, coverage, languages = stage.texts.languages }: RunParts,
  done: (result: TestResult) => void = () => {},
): Promise<TestResult[]> {
  const results: TestResult[] = [];
  for (const { file, dialog, tests } of files) {
    for (const test of tests) {
      const own = test.setup.languages ?? stage.texts.languages;
      for (const language of languages.filter((one) => own.includes(one))) {
        const failure = await runTest(test, language, dialog, { stage, store });
        coverage.add(language, stage.record.ran);
        const result = { file, name: test.name, language, failure };
        results.push(result);
        done(result);
      }
    }
  }
  return results;
}

/** Names in a test file that the dialogs do not have. */
export function* nameProblems({ source, dialog, tests }: TestFile, stage: Stage): Generator<Problem> {
  const { texts, scripts } = stage;
  for (const [n, { setup, talk }] of tests.entries()) {
    for (const language of setup.languages ?? []) {
      if (texts.languages.includes(language)) continue;
      const remedy = instead(language, texts.languages, 'add it to the locales');
      yield source.at(['tests', n], `there are no texts in the language "${language}"`, remedy);
    }
    for (const step of talk) {
      if ('bot' in step) yield* keysOf(step.bot, [...step.path, 'bot']);
      if ('user' in step && typeof step.user === 'object' && typeof step.user.key === 'string') {
        yield* missingKeys([step.user.key], [...step.path, 'user']);
      }
      if (!('expect' in step)) continue;
      const { handoff, step: at } = step.expect;
      if (handoff?.summary) yield* keysOf(handoff.summary, [...step.path, 'expect', 'handoff', 'summary']);
      if (at === undefined) continue;
      const [id = '', inner = ''] = at.includes('/') ? at.split('/') : [dialog, at];
      const nodes = scripts.dialogs.get(id)?.nodes;
      if (nodes?.has(inner)) continue;
      const named = [...(nodes?.keys() ?? [])].filter((name) => !name.includes(':'));
      const remedy = instead(inner, named, 'name a step as dialog/step');
      yield source.at([...step.path, 'expect', 'step'], `there is no step "${id}/${inner}"`, remedy);
    }
  }

  function keysOf(said: string | string[] | Said, path: Path) {
    const { key = [] } = typeof said === 'string' || Array.isArray(said) ? { key: said } : said;
    return missingKeys([key].flat(), path);
  }

  function* missingKeys(keys: readonly string[], path: Path) {
    for (const key of keys) {
      const [file, name] = keyParts(texts, dialog, key);
      const known = texts.keys(file);
      if (known.has(name)) continue;
      yield source.at(path, `${file} has no text with the key "${name}"`, nearKey(texts, file, name));
    }
  }
}

function nearKey(texts: Texts, file: string, key: string): string {
  const keys = texts.keys(file);
  return instead(key, keys, `add it to the locales, or write another dialog before it: order-status/${key}`);
}
