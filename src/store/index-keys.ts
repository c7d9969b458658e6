import type { IndexSpec } from './collection.ts';

/**
 * Keys as LMDB compares them: bytes. They are held as strings of one character per byte (`latin1`), which V8 compares,
 * joins and slices without a buffer being made.
 *
 * A part is a tag and its bytes, and no part is the beginning of another, so parts joined in a row keep their order.
 * A descending part has every bit turned. An entry's key is its index's parts and then its `_id`, so it is unique.
 */
export type Key = string;

/** A value that an index can hold; a field that is missing counts as null, as in MongoDB. */
export type Scalar = string | number | boolean | null;

export interface Fields {
  [field: string]: unknown;
}

/** A document as the engine sees it. */
export interface Doc extends Fields {
  _id: string;
}

const NULL = '\x02';
const NUMBER = '\x10';
const STRING = '\x20';
const FALSE = '\x30';
const TRUE = '\x31';
const STRING_END = '\x00';

/** Comes after every key that begins with what stands before it: no tag, turned or not, is 0xff. */
export const AFTER = '\xff';

/** LMDB's limit with pages of 4 KiB. */
export const MAX_KEY_BYTES = 1978;

export function isScalar(value: unknown): value is Scalar {
  return (
    value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  );
}

/** The key of a document among its collection's documents. */
export function documentKey(id: string): Key {
  return isPlain(id) ? id : Buffer.from(id, 'utf8').toString('latin1');
}

/** What an index has of a document: its key, several of one that is in it by each member of a list, or nothing. */
export type Entry = Key | readonly Key[] | null;

/**
 * What one index has of a document.
 *
 * @throws TypeError when an indexed field holds an object or an array: MongoDB would index it, this engine does so only
 * with a list that the index has `each` of.
 */
export function entryOf(index: IndexSpec, doc: Doc): Entry {
  const { present, each } = index;
  if (present !== undefined && doc[present] === undefined) return null;
  const members = each === undefined ? undefined : doc[each];
  if (each === undefined || !Array.isArray(members)) return keyIn(index, doc);
  return [...new Set<unknown>(members)].map((member) => keyIn(index, { ...doc, [each]: member }));
}

/** The keys of an entry. */
export function keysOf(entry: Entry): readonly Key[] {
  return entry === null ? [] : typeof entry === 'string' ? [entry] : entry;
}

function keyIn(index: IndexSpec, doc: Doc): Key {
  const parts: string[] = [];
  for (const field in index.keys) {
    const value = doc[field] ?? null;
    if (!isScalar(value)) throw new TypeError(`The indexed field ${field} has to hold a scalar.`);
    parts.push(partOf(value, index.keys[field] === -1));
  }
  parts.push(partOf(doc._id, false));
  // One string: the pieces that `+` holds together would each be kept until the checkpoint.
  return parts.join('');
}

/** Whether two states of one document have one key in an index, as far as that shows without making it. */
export function hasSameEntry({ keys, present }: IndexSpec, before: Doc, after: Doc): boolean {
  for (const field in keys) if (before[field] !== after[field]) return false;
  return present === undefined || before[present] === after[present];
}

/** One part of a key. */
export function partOf(value: Scalar, descending: boolean): Key {
  let part: string;
  switch (typeof value) {
    case 'number':
      part = NUMBER + numberBytes(value);
      break;
    case 'string':
      part = STRING + escapeString(value) + STRING_END;
      break;
    case 'boolean':
      part = value ? TRUE : FALSE;
      break;
    default:
      part = NULL;
  }
  return descending ? turn(part) : part;
}

/** The keys between which values of the same type as `value` stand: [lower, upper). */
export function typeBounds(value: string | number, descending: boolean): [Key, Key] {
  const tag = typeof value === 'number' ? 0x10 : 0x20;
  const first = descending ? 0xff - tag : tag;
  return [String.fromCharCode(first), String.fromCharCode(first + 1)];
}

/** The document key that stands at the end of an entry's key. */
export function documentKeyOf(index: IndexSpec, key: Key): Key {
  let at = 0;
  for (const field in index.keys) at = skipPart(key, at, index.keys[field] === -1);
  return unescapeString(key.slice(at + 1, -1));
}

function skipPart(key: Key, at: number, descending: boolean): number {
  const byte = key.charCodeAt(at);
  const tag = descending ? 0xff - byte : byte;
  if (tag === 0x10) return at + 9;
  if (tag !== 0x20) return at + 1;
  return key.indexOf(descending ? '\xff' : STRING_END, at + 1) + 1;
}

const double = new DataView(new ArrayBuffer(8));

function numberBytes(value: number): string {
  // Negative zero equals zero, and NaN comes before every number.
  double.setFloat64(0, value === 0 ? 0 : value);
  let high = double.getUint32(0);
  let low = double.getUint32(4);
  if (Number.isNaN(value)) {
    high = 0;
    low = 0;
  } else if (high >>> 31 === 1) {
    high = ~high >>> 0;
    low = ~low >>> 0;
  } else {
    high = (high | 0x80000000) >>> 0;
  }
  return String.fromCharCode(
    high >>> 24,
    (high >>> 16) & 0xff,
    (high >>> 8) & 0xff,
    high & 0xff,
    low >>> 24,
    (low >>> 16) & 0xff,
    (low >>> 8) & 0xff,
    low & 0xff,
  );
}

/** True for text that is its own UTF-8 and needs no escape. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 2 || unit > 0x7f) return false;
  }
  return true;
}

/** Bytes 0 and 1 become 1-1 and 1-2, so that 0 can end a string. */
function escapeString(text: string): string {
  if (isPlain(text)) return text;
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped
  return bytes.replace(/[\x00\x01]/g, (byte) => (byte === '\x00' ? '\x01\x01' : '\x01\x02'));
}

function unescapeString(bytes: Key): Key {
  if (!bytes.includes('\x01')) return bytes;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped
  return bytes.replace(/\x01([\x01\x02])/g, (_, byte) => (byte === '\x01' ? '\x00' : '\x01'));
}

function turn(bytes: string): string {
  let turned = '';
  for (let i = 0; i < bytes.length; i++) turned += String.fromCharCode(0xff - bytes.charCodeAt(i));
  return turned;
}

/** What lmdb's `openDB` takes for these keys: what it calls to write one and to read one. */
export const KEY_OPTIONS = {
  keyEncoder: {
    writeKey(key: Key, target: Buffer, position: number): number {
      if (key.length > MAX_KEY_BYTES) throw new RangeError('The key is over the limit of the store.');
      return position + target.write(key, position, 'latin1');
    },
    readKey(source: Buffer, start: number, end: number): Key {
      return source.toString('latin1', start, end);
    },
  },
};
