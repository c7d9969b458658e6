import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ERROR_CODES } from '../errors.ts';
import { errorsOf, roleFor } from './openapi.ts';
import { STATUSES } from './problem.ts';
import type { Described } from './route.ts';

const STYLE = `
body{font:16px/1.5 system-ui,sans-serif;margin:0;display:grid;grid-template-columns:17rem 1fr;color:#1b1f24;background:#fff}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1rem;box-sizing:border-box;border-right:1px solid #d8dee4;font-size:.9rem}
nav ul{list-style:none;padding:0;margin:0 0 1rem}main{padding:1rem 2rem;max-width:52rem;min-width:0}
a{color:#0550ae;text-decoration:none}a:hover,a:focus{text-decoration:underline}
section{border-top:1px solid #d8dee4;margin-top:2rem}code,pre{font:.87em ui-monospace,monospace}
pre{background:#f6f8fa;padding:.75rem;overflow:auto}table{border-collapse:collapse;width:100%}
td,th{border-bottom:1px solid #d8dee4;padding:.3rem .6rem;text-align:left;vertical-align:top}
.method{font-weight:700;text-transform:uppercase}.muted{color:#59636e}
@media(max-width:50rem){body{display:block}nav{position:static;height:auto;border:0}}
@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}pre{background:#161b22}a{color:#58a6ff}
nav,section,td,th{border-color:#30363d}.muted{color:#9198a1}}
`;

/** Nothing is loaded from anywhere, and no script runs. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;

/** The readable pages: the same descriptions, schemas and examples that make the OpenAPI document. */
export function docsPage(operations: readonly Described[]): string {
  const tags = [...new Set(operations.map(({ tag }) => tag))].map(
    (tag) => [tag, operations.filter((operation) => operation.tag === tag)] as const,
  );
  const contents = tags.map(
    ([tag, group]) =>
      `<strong>${escaped(tag)}</strong><ul>${group
        .map(({ operation, summary }) => `<li><a href="#${operation}">${text(summary)}</a></li>`)
        .join('')}</ul>`,
  );
  const sections = tags.map(([tag, group]) => `<h2>${escaped(tag)}</h2>${group.map(section).join('')}`);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>switchboard API</title><style>${STYLE}</style></head>
<body><nav>${contents.join('')}<strong>More</strong><ul><li><a href="#errors">Errors</a></li><li><a href="/openapi.json">OpenAPI document</a></li></ul></nav>
<main><h1>switchboard API</h1>${INTRODUCTION}${sections.join('')}${errorTable()}</main></body></html>`;
}

const INTRODUCTION = `
<p>JSON over HTTP. Each request to <code>/api</code> carries <code>Authorization: Bearer &lt;token&gt;</code>. Times are UTC.
An unknown field is an error. Lists take <code>limit</code> and <code>cursor</code>, and answer <code>items</code> and the next <code>cursor</code>.</p>
<p>A write may carry an <code>Idempotency-Key</code>: repeating it within a day gives the first answer and does nothing twice.
A write to a conversation may name the <code>version</code> that it was made for: when the conversation has changed since, it is refused.</p>`;

function section(operation: Described): string {
  const role = roleFor(operation.operation);
  const { params, query, body, headers } = operation.schemas;
  return `<section id="${operation.operation}"><h3>${text(operation.summary)}</h3>
<p><code><span class="method">${operation.method}</span> ${escaped(operation.path)}</code></p>
${operation.description === undefined ? '' : `<p>${text(operation.description)}</p>`}
<p class="muted">${role === null ? 'Without a bearer token.' : `Role: ${role}${role === 'admin' ? '' : ' or above'}.`}</p>
${fields('Path', params)}${fields('Query', query)}${fields('Headers', headers)}${fields('Body', body)}
${operation.exampleBody === undefined ? '' : `<h4>Example</h4>${sample(operation.exampleBody)}`}
<h4>Answers</h4>
${operation.answer === undefined ? '' : `<p><code>${operation.answer.status}</code> ${text(operation.answer.description)}</p>${sample(operation.answer.example)}`}
${operation.empty === undefined ? '' : `<p><code>204</code> ${text(operation.empty)}</p>`}
${errorList(operation)}</section>`;
}

function errorList(operation: Described): string {
  const codes = errorsOf(operation);
  if (codes.length === 0) return '';
  const links = codes.map((code) => `<a href="#${code}">${STATUSES[code]} <code>${code}</code></a>`);
  return `<p>Errors: ${links.join(', ')}</p>`;
}

function errorTable(): string {
  const rows = Object.entries(STATUSES).map(
    ([code, status]) =>
      `<tr id="${code}"><td>${status}</td><td><code>${code}</code></td><td>${text(meaningOf(code))}</td></tr>`,
  );
  return `<section id="errors"><h2>Errors</h2><p>An error is <code>application/problem+json</code> (RFC 9457). Compare <code>code</code>.</p>
<table><tr><th>Status</th><th>Code</th><th>Meaning</th></tr>${rows.join('')}</table></section>`;
}

function meaningOf(code: string): string {
  return Object.entries(ERROR_CODES).find(([name]) => name === code)?.[1] ?? '';
}

function fields(title: string, schema: z.ZodType | undefined): string {
  if (schema === undefined) return '';
  const { properties = {}, required = [] } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
  });
  const rows = Object.entries(properties).map(([name, property]) => {
    const rules = typeof property === 'boolean' ? { type: '', description: '' } : rulesOf(property);
    return `<tr><td><code>${escaped(name)}</code>${required.includes(name) ? '' : ' <span class="muted">optional</span>'}</td><td>${escaped(rules.type)}</td><td>${text(rules.description)}</td></tr>`;
  });
  return rows.length === 0 ? '' : `<h4>${title}</h4><table>${rows.join('')}</table>`;
}

function rulesOf(property: z.core.JSONSchema.JSONSchema): { type: string; description: string } {
  const type = property.enum ? property.enum.join(' | ') : [property.type ?? 'any'].flat().join(' | ');
  const limits = [
    property.maxLength === undefined ? '' : `up to ${property.maxLength} characters`,
    property.maximum === undefined ? '' : `${property.minimum ?? 0} to ${property.maximum}`,
    property.default === undefined ? '' : `default ${JSON.stringify(property.default)}`,
  ];
  return {
    type: [type, ...limits.filter((limit) => limit !== '')].join(', '),
    description: property.description ?? '',
  };
}

function sample(value: unknown): string {
  return `<pre>${escaped(typeof value === 'string' ? value : JSON.stringify(value, null, 2))}</pre>`;
}

/** Prose with `code` in backticks. */
function text(prose: string): string {
  return escaped(prose).replace(/`([^`]+)`/g, '<code>$1</code>');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(raw: string): string {
  return raw.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
