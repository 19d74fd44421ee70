import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';

/** The encodings that the import reads; a mapping names one where the file does not show it. */
export const ENCODINGS = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'windows-1252',
  'iso-8859-15',
  'macintosh',
  'cp850',
  'cp437',
] as const;
export type Encoding = (typeof ENCODINGS)[number];

export const DELIMITERS = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/** How the bytes of a file become lines. */
export interface TextForm {
  packed: boolean;
  encoding: Encoding;
  /** Bytes of the byte order mark. */
  markBytes: number;
  /** Old systems end lines with a carriage return alone. */
  lineEnd: 'LF' | 'CR';
}

/** How the lines of a file become rows. */
export interface TableForm {
  delimiter: string;
  /** The last line of the header: rows begin below it. */
  headerEnd: number;
  /** Columns of the header. */
  width: number;
}

/** The forms of a file, as they were found. */
export interface SurveyedForm {
  header: readonly string[];
  text: TextForm;
  table: TableForm;
  /** What neither the file nor the mapping says for certain. */
  guessed: { encoding: boolean; delimiter: boolean };
}

/** What bytes are that no text begins with; null for what may be text. */
export function foreignKind(begin: Buffer): string | null {
  const found = FOREIGN.find(({ magic }) => begin.subarray(0, magic.length).equals(magic));
  if (!found) return WEB_PAGE.test(begin.subarray(0, 1_000).toString('latin1')) ? 'a web page or XML' : null;
  return found.kind ?? (begin.includes('xl/') || begin.includes('[Content_Types].xml') ? EXCEL : 'a ZIP archive');
}

const WEB_PAGE = /^(?:\xef\xbb\xbf)?\s*<(?:\?xml|!doctype|html|table)/i;
const EXCEL = 'an Excel workbook (.xlsx)';
const FOREIGN: { magic: Buffer; kind: string | null }[] = [
  { magic: Buffer.from('PK\u0003\u0004'), kind: null },
  { magic: Buffer.from('d0cf11e0', 'hex'), kind: 'an old Excel workbook (.xls)' },
  { magic: Buffer.from('BZh'), kind: 'packed with bzip2' },
  { magic: Buffer.from('fd377a585a00', 'hex'), kind: 'packed with xz' },
  { magic: Buffer.from('28b52ffd', 'hex'), kind: 'packed with zstd' },
  { magic: Buffer.from('377abcaf271c', 'hex'), kind: 'a 7-Zip archive' },
  { magic: Buffer.from('%PDF'), kind: 'a PDF document' },
  { magic: Buffer.from('fffe0000', 'hex'), kind: 'text in UTF-32' },
  { magic: Buffer.from('0000feff', 'hex'), kind: 'text in UTF-32' },
];

/** True for the begin of a file that is packed with gzip. */
export function isGzip(begin: Buffer): boolean {
  return begin[0] === 0x1f && begin[1] === 0x8b;
}

/**
 * The form of a text that begins with these bytes. A byte order mark counts most, then the mapping's encoding; without both it is taken for
 * UTF-8, or for UTF-16 where every second byte is zero: `guessed` then, because the mapping must confirm it.
 */
export function textForm(begin: Buffer, named: Encoding | undefined): Omit<TextForm, 'packed'> & { guessed: boolean } {
  const mark = MARKS.find(({ bytes }) => begin.subarray(0, bytes.length).equals(bytes));
  const wide = mark || named ? null : wideForm(begin);
  const encoding = mark?.encoding ?? named ?? wide ?? 'utf-8';
  const [feed, carriage] = ['\n', '\r'].map((end) => begin.includes(end));
  return {
    encoding,
    markBytes: mark?.bytes.length ?? 0,
    lineEnd: carriage && !feed ? 'CR' : 'LF',
    guessed: wide !== null,
  };
}

const MARKS: { bytes: Buffer; encoding: Encoding }[] = [
  { bytes: Buffer.from('efbbbf', 'hex'), encoding: 'utf-8' },
  { bytes: Buffer.from('fffe', 'hex'), encoding: 'utf-16le' },
  { bytes: Buffer.from('feff', 'hex'), encoding: 'utf-16be' },
];

/** Latin text in UTF-16 has a zero in nearly every second byte. */
function wideForm(begin: Buffer): Encoding | null {
  const zeros = [0, 0];
  begin.forEach((byte, index) => {
    if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = zeros;
  const many = begin.length / 4;
  if (odd > many && odd > even) return 'utf-16le';
  return even > many && even > odd ? 'utf-16be' : null;
}

/** A line's text, and whether its bytes are text in this encoding. What is not is shown as best it can be, and must not be stored. */
export function decodeLine(bytes: Buffer, encoding: Encoding): { text: string; faulty: boolean } {
  if (encoding === 'utf-8') {
    const valid = isUtf8(bytes);
    const text = valid ? bytes.toString('utf8') : iconv.decode(bytes, ICONV_NAMES['windows-1252']);
    return { text, faulty: !valid || text.includes('\0') };
  }
  if (encoding === 'utf-16le' || encoding === 'utf-16be') {
    const whole = bytes.subarray(0, bytes.length - (bytes.length % 2));
    const text = (encoding === 'utf-16be' ? Buffer.from(whole).swap16() : whole).toString('utf16le');
    return { text, faulty: whole.length !== bytes.length || !text.isWellFormed() || text.includes('\0') };
  }
  const text = iconv.decode(bytes, ICONV_NAMES[encoding]);
  return { text, faulty: isNoText(text) };
}

const ICONV_NAMES = {
  'windows-1252': 'win1252',
  'iso-8859-15': 'iso-8859-15',
  macintosh: 'macintosh',
  cp850: 'cp850',
  cp437: 'cp437',
} satisfies Partial<Record<Encoding, string>>;

/** In text of one byte a character: what the encoding does not define, and controls that no export writes. */
function isNoText(text: string): boolean {
  return text.includes('\0') || /[\u0080-\u009f\ufffd]/.test(text);
}

/** How bytes that are not UTF-8 read in the encodings that such files mostly have: a person sees which one is right. */
export function readings(bytes: Buffer): { encoding: Encoding; text: string }[] {
  return (['windows-1252', 'macintosh', 'cp850'] as const).map((encoding) => ({
    encoding,
    text: decodeLine(bytes, encoding).text,
  }));
}

/** Bytes of a character, and the byte that ends a line. */
export function lineUnits({ encoding, lineEnd }: TextForm): { width: 1 | 2; end: Buffer } {
  const end = Buffer.from(lineEnd === 'CR' ? '\r' : '\n', 'utf16le');
  if (encoding === 'utf-16le') return { width: 2, end };
  if (encoding === 'utf-16be') return { width: 2, end: Buffer.from(end).swap16() };
  return { width: 1, end: end.subarray(0, 1) };
}

/** The separator that gives the header the most columns, where it gives more than one. */
export function likelyDelimiter(header: string): Delimiter | null {
  const counted = DELIMITERS.map((delimiter) => ({ delimiter, count: header.split(delimiter).length }));
  const best = counted.toSorted((a, b) => b.count - a.count)[0];
  return best && best.count > 1 ? best.delimiter : null;
}

/** The separator that a first line `sep=;` names, as Excel reads it; null for any other line. */
export function namedDelimiter(line: string): string | null {
  return /^"?sep=(.)"?$/i.exec(line)?.[1] ?? null;
}

/** True for a first line that only names a type, as PowerShell writes it. */
export function isTypeLine(line: string): boolean {
  return /^"?#TYPE /i.test(line);
}
