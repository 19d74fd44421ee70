import { createReadStream, readFileSync } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { fieldsOf, linesOfRow, readRows, type Line } from './file.ts';
import {
  decodeLine,
  foreignKind,
  isGzip,
  isTypeLine,
  likelyDelimiter,
  lineUnits,
  namedDelimiter,
  textForm,
  type SurveyedForm,
  type TableForm,
  type TextForm,
} from './form.ts';
import { ImportProblem, readMapping, type ImportMapping } from './mapping.ts';
import { FileSample } from './propose.ts';
import { Survey } from './survey.ts';

/** Characters of a line that are read; a longer line is a reject. */
const LINE_CHARACTERS_MAX = 256 * 1024;
/** Bytes from which the form of a file is known. */
const BEGIN_BYTES = 64 * 1024;
/** Lines that may stand before the header, and lines of a header whose names go over several. */
const HEADER_LINES_MAX = 50;

/** The mapping that comes with the desk. */
export const DEFAULT_MAPPING = new URL('../../data/import-servicenow.yaml', import.meta.url);

/** Reads a mapping file. Throws ImportProblem that names every wrong place of it. */
export function loadMapping(file: string | URL = DEFAULT_MAPPING): ImportMapping {
  try {
    return readMapping(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof ImportProblem) throw error;
    throw new ImportProblem([`The mapping file cannot be read: ${(error as Error).message}.`]);
  }
}

/** The forms of a file that was read once through, and what stands against importing it. */
export interface SurveyedFile extends SurveyedForm {
  survey: Survey;
}

/**
 * Reads a file once through, so that everything that stands against importing it is known before anything is written.
 * Throws ImportProblem when it is no readable text.
 */
export async function surveyFile(file: string, mapping: ImportMapping): Promise<SurveyedFile> {
  const form = await readForm(file, mapping);
  const { text, table } = form;
  const survey = new Survey(mapping, form);
  const lines = heardLines(file, text, (line, bytes) => survey.addFaultyLine(line, bytes));
  for await (const row of readRows(lines, table)) survey.addRow(row);
  return { ...form, survey };
}

/** Reads a file once through for a mapping to propose. Throws ImportProblem when it is no readable text. */
export async function sampleFile(file: string): Promise<FileSample> {
  const form = await readForm(file, { delimiter: ',', encoding: undefined });
  const sample = new FileSample(form);
  const lines = heardLines(file, form.text, (_line, bytes) => sample.addFaultyLine(bytes));
  for await (const row of readRows(lines, form.table)) sample.addRow(row);
  return sample;
}

async function* heardLines(
  file: string,
  text: TextForm,
  onFaulty: (line: number, bytes: Buffer) => void,
): AsyncGenerator<Line> {
  for await (const line of decodedLines(file, text)) {
    if (line.faulty) onFaulty(line.line, line.faulty);
    yield line;
  }
}

/** What a mapping says of the form of a file. */
type NamedForm = Pick<ImportMapping, 'delimiter' | 'encoding'>;

async function readForm(file: string, named: NamedForm): Promise<SurveyedForm> {
  const begin = await readBegin(file);
  const { guessed, ...form } = textForm(begin.bytes, named.encoding);
  const text = { ...form, packed: begin.packed };
  const { header, likely, ...table } = await readHeader(file, text, named);
  return { header, text, table, guessed: { encoding: guessed, delimiter: likely } };
}

/** The header below the lines that only say how to read the file. Throws ImportProblem when there is none. */
async function readHeader(
  file: string,
  text: TextForm,
  mapping: NamedForm,
): Promise<TableForm & { header: string[]; likely: boolean }> {
  let named: string | null = null;
  const lines: Line[] = [];
  for await (const line of decodedLines(file, text)) {
    const said: string | null = lines.length ? null : namedDelimiter(line.raw);
    named ??= said;
    if (said === null && (lines.length || !isTypeLine(line.raw))) lines.push(line);
    if ((lines.length && linesOfRow(lines, 0) !== null) || line.line === HEADER_LINES_MAX) break;
  }
  const count = linesOfRow(lines, 0) ?? 1;
  const raw = lines
    .slice(0, count)
    .map((line) => line.raw)
    .join('\n');
  const wanted = named ?? mapping.delimiter;
  const delimiter = raw.includes(wanted) ? wanted : (likelyDelimiter(raw) ?? wanted);
  const header = fieldsOf(raw, delimiter)?.map((name) => name.replace(/\s+/g, ' ').trim());
  if (!header?.some((name) => name)) throw new ImportProblem([`${file} does not begin with a line of column names.`]);
  const headerEnd = lines[count - 1]?.line ?? 1;
  return { header, delimiter, width: header.length, headerEnd, likely: delimiter !== wanted };
}

/**
 * The lines of a surveyed text file, also of one that is packed with gzip. Throws ImportProblem when it cannot be read to its end, or has
 * changed and is no longer text of the form.
 */
export async function* readLines(file: string, form: TextForm): AsyncGenerator<Line> {
  for await (const line of decodedLines(file, form)) {
    if (line.faulty) throw new ImportProblem([`${file} was changed while it was read: line ${line.line} is new.`]);
    yield line;
  }
}

async function* decodedLines(file: string, form: TextForm): AsyncGenerator<Line> {
  const { width } = lineUnits(form);
  const bytesMax = LINE_CHARACTERS_MAX * (form.encoding === 'utf-8' ? 4 : width);
  let line = 0;
  for await (const { bytes, cut } of byteLines(file, { form, bytesMax })) {
    const { text, faulty } = decodeLine(bytes, form.encoding);
    const whole = text.endsWith('\r') ? text.slice(0, -1) : text;
    const raw = whole.slice(0, LINE_CHARACTERS_MAX);
    // The end of a line that was cut may be half a character.
    yield { line: ++line, raw, cut: cut || raw !== whole, faulty: faulty && !cut ? bytes : null };
  }
}

/** The bytes of each line. Of a line that is too long, its begin. */
async function* byteLines(
  file: string,
  { form, bytesMax }: { form: TextForm; bytesMax: number },
): AsyncGenerator<{ bytes: Buffer; cut: boolean }> {
  const { width, end } = lineUnits(form);
  let skip = form.markBytes;
  let rest: Buffer[] = [];
  let restBytes = 0;
  const next = (bytes: Buffer) => {
    const whole = Buffer.concat([...rest, bytes]);
    [rest, restBytes] = [[], 0];
    return { bytes: whole.subarray(0, bytesMax), cut: whole.length > bytesMax };
  };
  for await (const read of readBytes(file, form)) {
    let from = Math.min(skip, read.length);
    skip -= from;
    for (;;) {
      const at = endOfLine(read, end, from);
      if (at === -1) break;
      yield next(read.subarray(from, at));
      from = at + width;
    }
    // Of a line that is too long, what is beyond is not kept.
    const more = read.subarray(from);
    if (restBytes <= bytesMax) rest.push(more);
    restBytes += more.length;
  }
  if (restBytes) yield next(Buffer.alloc(0));
}

/** Where a line ends. A character of two bytes begins at an even place. */
function endOfLine(read: Buffer, end: Buffer, from: number): number {
  let at = read.indexOf(end, from);
  while (at !== -1 && at % end.length !== 0) at = read.indexOf(end, at + 1);
  return at;
}

interface Begin {
  packed: boolean;
  /** The first bytes, unpacked. */
  bytes: Buffer;
}

/** The first bytes of a file. Throws ImportProblem that names what the file is when it is no text. */
async function readBegin(file: string): Promise<Begin> {
  const raw = await firstBytes(file, { packed: false });
  const packed = isGzip(raw);
  const bytes = packed ? await firstBytes(file, { packed }) : raw;
  const kind = packed && isGzip(bytes) ? 'packed with gzip twice' : foreignKind(bytes);
  if (kind === null) return { packed, bytes };
  throw new ImportProblem([
    `${file} is ${kind}${packed ? ', packed with gzip' : ''}. It must be CSV, plain or packed with gzip: save it as "CSV UTF-8".`,
  ]);
}

async function firstBytes(file: string, form: Pick<TextForm, 'packed'>): Promise<Buffer> {
  const read: Buffer[] = [];
  let count = 0;
  for await (const chunk of readBytes(file, form)) {
    read.push(chunk);
    count += chunk.length;
    if (count >= BEGIN_BYTES) break;
  }
  return Buffer.concat(read).subarray(0, BEGIN_BYTES);
}

/** The bytes of a file, unpacked, in chunks of an even length. Throws ImportProblem when they cannot be read. */
async function* readBytes(file: string, { packed }: Pick<TextForm, 'packed'>): AsyncGenerator<Buffer> {
  const bytes = createReadStream(file);
  // An error of either reaches the reader; the callback is only owed.
  const stream: Readable = packed ? pipeline(bytes, createGunzip(), () => undefined) : bytes;
  let odd: Buffer = Buffer.alloc(0);
  try {
    for await (const read of stream) {
      const chunk = odd.length ? Buffer.concat([odd, read as Buffer]) : (read as Buffer);
      const even = chunk.length - (chunk.length % 2);
      odd = Buffer.from(chunk.subarray(even));
      if (even) yield chunk.subarray(0, even);
    }
  } catch (error) {
    throw new ImportProblem([`${file} cannot be read: ${(error as Error).message}.`]);
  }
  if (odd.length) yield odd;
}
