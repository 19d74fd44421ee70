import { createReadStream, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { fieldsOf, type Line } from './file.ts';
import { ImportProblem, readMapping, type ImportMapping } from './mapping.ts';

/** Characters of a line that are read; a longer line is a reject. */
const LINE_CHARACTERS_MAX = 256 * 1024;

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

/**
 * Reads a file once through, so that what cannot be read is known before anything is written. Gives the header and the
 * number of lines. Throws ImportProblem.
 */
export async function surveyFile(file: string, delimiter: string): Promise<{ header: string[]; lines: number }> {
  let header: string[] | null = null;
  let lines = 0;
  for await (const { raw, line } of readLines(file)) {
    if (line === 1) header = fieldsOf(raw, delimiter);
    lines = line;
  }
  if (!header?.some((name) => name.trim()))
    throw new ImportProblem([`${file} does not begin with a line of column names.`]);
  return { header, lines };
}

/** The lines of a text file, also of one that is packed with gzip, whatever its name. Throws ImportProblem. */
export async function* readLines(file: string): AsyncGenerator<Line> {
  const decoder = new TextDecoder(); // Takes a byte order mark away.
  let line = 0;
  let rest = '';
  /** The begin of a line that is too long, while its end is looked for. */
  let long: string | null = null;
  const next = (text: string): Line => {
    const whole = text.endsWith('\r') ? text.slice(0, -1) : text;
    const cut = long !== null || whole.length > LINE_CHARACTERS_MAX;
    const raw = (long ?? whole).slice(0, LINE_CHARACTERS_MAX);
    long = null;
    line += 1;
    return { line, raw, cut };
  };
  try {
    for await (const chunk of await openText(file)) {
      const parts = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) yield next(part);
      if (rest.length > LINE_CHARACTERS_MAX) {
        long ??= rest.slice(0, LINE_CHARACTERS_MAX);
        rest = '';
      }
    }
  } catch (error) {
    throw new ImportProblem([`${file} cannot be read: ${(error as Error).message}.`]);
  }
  rest += decoder.decode();
  if (rest || long !== null) yield next(rest);
}

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

async function openText(file: string): Promise<Readable> {
  const handle = await open(file);
  const begin = Buffer.alloc(GZIP_MAGIC.length);
  await handle.read(begin, 0, begin.length, 0).finally(() => handle.close());
  const bytes = createReadStream(file);
  // An error of either reaches the reader; the callback is only owed.
  return begin.equals(GZIP_MAGIC) ? pipeline(bytes, createGunzip(), () => undefined) : bytes;
}
