/** Bytes of a file, in and out: TeleSign’s own limit for an MMS is lower. */
export const MOST_BYTES = 5 * 1024 * 1024;

export const PICTURE_TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'] as const;
export const FILE_TYPES = [...PICTURE_TYPES, 'application/pdf'] as const;
export type FileType = (typeof FILE_TYPES)[number];

/** Where each kind of file begins: at which byte, and with which. */
const BEGINNINGS: readonly [FileType, number, string][] = [
  ['image/jpeg', 0, '\xff\xd8\xff'],
  ['image/png', 0, '\x89PNG\r\n\x1a\n'],
  ['image/gif', 0, 'GIF87a'],
  ['image/gif', 0, 'GIF89a'],
  ['image/webp', 8, 'WEBPVP8'],
  ['application/pdf', 0, '%PDF-'],
];

/**
 * What bytes are of, by what they begin with; null for anything else. Nothing that a browser would run is among it: no
 * HTML, no SVG. What the sender says of them does not count.
 */
export function fileTypeOf(bytes: Buffer): FileType | null {
  const found = BEGINNINGS.find(([, at, words]) => bytes.toString('latin1', at, at + words.length) === words);
  return found?.[0] ?? null;
}

/** A name without what would lead elsewhere, or break a header: the last part of a path, printable, with the type’s ending. */
export function safeName(name: string, type: FileType): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const plain = last
    .replace(/[^\p{L}\p{N} ._()-]/gu, '')
    .replace(/^[. ]+/, '')
    .replace(/\.[a-z0-9]{1,5}$/i, '');
  // By code points: half of one would be no text, and could not be put into a header.
  const base = Array.from(plain).slice(0, 80).join('').trim();
  return `${base || 'file'}.${ENDINGS[type]}`;
}

const ENDINGS: Readonly<Record<FileType, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'application/pdf': 'pdf',
};
