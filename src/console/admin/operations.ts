import type { Fields, Schema } from './schema.ts';

/** An operation of the API, as its own document says. */
export interface Operation {
  method: string;
  /** `/api/queues/{id}` */
  path: string;
  body: Schema | undefined;
}

/** The document of the API that answers here. */
export interface ApiDocument {
  root: Fields;
  operations: ReadonlyMap<string, Operation>;
}

interface Described {
  operationId: string;
  requestBody?: { content: { 'application/json'?: { schema: Schema } } };
}

export function readDocument(
  root: Fields & { paths?: Record<string, Record<string, Described>> },
): ApiDocument {
  const operations = new Map<string, Operation>();
  for (const [path, methods] of Object.entries(root.paths ?? {})) {
    for (const [method, { operationId, requestBody }] of Object.entries(methods)) {
      const body = requestBody?.content['application/json']?.schema;
      operations.set(operationId, { method: method.toUpperCase(), path, body });
    }
  }
  return { root, operations };
}

/** The path with its one parameter filled. */
export function filled(path: string, id: string): string {
  return path.replace(/\{\w+\}/, encodeURIComponent(id));
}
