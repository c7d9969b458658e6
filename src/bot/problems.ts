import { isMap, isNode, isScalar, type LineCounter, type Document as YamlDocument } from 'yaml';

import type { RuleCode } from './rules.ts';

/** Where a value stands in a file: keys and list places from the top, such as `['steps', 2, 'goto']`. */
export type Path = readonly PropertyKey[];

/** One mistake that a designer can find and mend. `line` and `column` count from 1. */
export interface Problem {
  rule: RuleCode;
  file: string;
  line: number;
  column: number;
  reason: string;
  remedy: string;
}

/** `dialogs/main.yaml:7:11 goto names no step: "menue" — write menu` */
export function formatProblem({ file, line, column, reason, remedy }: Problem): string {
  return `${file}:${line}:${column} ${reason} — ${remedy}`;
}

/** In the order of files and lines, each once: two checks may come upon the same mistake. */
export function sortedProblems(problems: readonly Problem[]): Problem[] {
  const seen = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  return [...seen.values()].sort(
    (a, b) =>
      compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.reason, b.reason),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A file's text with the means to say where in it something stands. JSON is read as the YAML that it also is. */
export class Source {
  readonly file: string;
  readonly document: YamlDocument.Parsed;
  readonly #lines: LineCounter;

  constructor(file: string, document: YamlDocument.Parsed, lines: LineCounter) {
    this.file = file;
    this.document = document;
    this.#lines = lines;
  }

  /** The problem at the value under `path`, or at the nearest thing around it that the file holds. */
  at(path: Path, reason: string, remedy: string, rule: RuleCode = 'form'): Problem {
    for (let length = path.length; length > 0; length -= 1) {
      const node: unknown = this.document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return this.atOffset(node.range[0], reason, remedy, rule);
    }
    return this.atOffset(this.document.contents?.range[0] ?? 0, reason, remedy, rule);
  }

  /** The problem at the name of the field `key` of the map under `path`. */
  atKey(path: Path, key: string, reason: string, remedy: string, rule: RuleCode = 'form'): Problem {
    const map: unknown = path.length === 0 ? this.document.contents : this.document.getIn(path, true);
    const pair = isMap(map)
      ? map.items.find((item) => isScalar(item.key) && item.key.value === key)
      : undefined;
    const offset = pair && isScalar(pair.key) ? pair.key.range?.[0] : undefined;
    return offset === undefined
      ? this.at(path, reason, remedy, rule)
      : this.atOffset(offset, reason, remedy, rule);
  }

  atOffset(offset: number, reason: string, remedy: string, rule: RuleCode = 'form'): Problem {
    const { line, col } = this.#lines.linePos(offset);
    // An empty file has no lines to count.
    return { rule, file: this.file, line: Math.max(line, 1), column: Math.max(col, 1), reason, remedy };
  }

  /** What stands in the file for a plain value: `01234` where YAML reads 1234. */
  written(path: Path): string | undefined {
    const node: unknown = this.document.getIn(path, true);
    return isScalar(node) ? node.source : undefined;
  }

  /** `dialogs/main.yaml:7` */
  place(path: Path): string {
    const { file, line } = this.at(path, '', '');
    return `${file}:${line}`;
  }
}
