import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { gzipSync } from 'node:zlib';
import { readRows } from './file.ts';
import { ImportProblem, type ImportMapping } from './mapping.ts';
import { loadMapping, readLines, surveyFile } from './port.ts';
import { removeExports, writeBytes } from './import.fixture.ts';

afterAll(removeExports);

const TEXT = 'Numéro,Titre\nINC1,Hydro-Québec – Relevés\n';

async function problemsOf(bytes: Buffer, change: Partial<ImportMapping> = {}): Promise<string> {
  try {
    const { survey } = await surveyFile(await writeBytes(bytes), { ...loadMapping(), ...change });
    return survey.problems().join('\n');
  } catch (error) {
    if (error instanceof ImportProblem) return error.message;
    throw error;
  }
}

/** Header and rows of a file that nothing stands against. */
async function read(bytes: Buffer, change: Partial<ImportMapping> = {}): Promise<(string[] | null)[]> {
  const file = await writeBytes(bytes);
  const { survey, header, text, table } = await surveyFile(file, { ...loadMapping(), ...change });
  expect(survey.problems()).toEqual([]);
  const rows: (string[] | null)[] = [[...header]];
  for await (const { fields } of readRows(readLines(file, text), table)) rows.push(fields);
  return rows;
}

const READ = [
  ['Numéro', 'Titre'],
  ['INC1', 'Hydro-Québec – Relevés'],
];

function bytesOf(encoding: string, options: { addBOM?: boolean } = {}): Buffer {
  return iconv.encode(TEXT, encoding, options);
}

describe('a file in another encoding', () => {
  test.each([
    ['UTF-8 with a mark', 'utf8', true],
    ['UTF-16, little end first, with a mark', 'utf-16le', true],
    ['UTF-16, big end first, with a mark', 'utf-16be', true],
  ])('of %s is read by itself, packed too', async (_what, encoding, addBOM) => {
    const bytes = bytesOf(encoding, { addBOM });
    expect([await read(bytes), await read(gzipSync(bytes))]).toEqual([READ, READ]);
  });

  test.each([
    ['windows-1252', 'win1252'],
    ['utf-16le', 'utf-16le'],
    ['utf-16be', 'utf-16be'],
    ['macintosh', 'macintosh'],
  ] as const)('named %s by the mapping is read', async (encoding, name) => {
    expect(await read(bytesOf(name), { encoding })).toEqual(READ);
  });

  test('that nothing names is refused, and shows how its text reads in likely ones', async () => {
    const said = await problemsOf(bytesOf('win1252'));
    expect(said).toContain('2 lines (first 1, 2) cannot be read as utf-8');
    expect(said).toContain('encoding: windows-1252 reads Numéro');
  });

  test.each(['utf-16le', 'utf-16be'])('of %s without a mark is refused, and named', async (encoding) => {
    expect(await problemsOf(bytesOf(encoding))).toContain(`write encoding: ${encoding}`);
  });

  test('that the mapping names wrongly is refused', async () => {
    expect(await problemsOf(iconv.encode('Titre\nZürich\n', 'cp850'), { encoding: 'windows-1252' })).toContain(
      'cannot be read',
    );
  });

  test('with one character that is none is refused by its line', async () => {
    const half = Buffer.concat([Buffer.from(TEXT), Buffer.from('INC2,'), Buffer.from([0xe9]), Buffer.from('t\n')]);
    expect(await problemsOf(half)).toContain('1 line (3) cannot be read as utf-8');
  });

  test('that was cut inside a character of two bytes is refused', async () => {
    const bytes = bytesOf('utf-16le', { addBOM: true });
    expect(await problemsOf(bytes.subarray(0, bytes.length - 3))).toContain('cannot be read as utf-16le');
  });

  test('keeps a line end of one kind only, as old systems write it', async () => {
    expect(await read(iconv.encode(TEXT.replaceAll('\n', '\r'), 'macintosh'), { encoding: 'macintosh' })).toEqual(READ);
  });

  test('never leaves a replacement character that was not in the file', async () => {
    const bytes = fc
      .uint8Array({ minLength: 1, maxLength: 40 })
      .map((tail) => Buffer.concat([Buffer.from(TEXT), tail]));
    const encoding = fc.constantFrom(undefined, 'windows-1252' as const, 'utf-16le' as const, 'cp850' as const);
    await fc.assert(
      fc.asyncProperty(bytes, encoding, async (given, named) => {
        if (given.includes('\ufffd') || (await problemsOf(given, { encoding: named }))) return;
        expect(JSON.stringify(await read(given, { encoding: named }))).not.toContain('\ufffd');
      }),
    );
  });
});

describe('what is no CSV', () => {
  test.each([
    ['an Excel workbook', Buffer.from('PK\u0003\u0004\u0014\u0000[Content_Types].xml'), 'an Excel workbook (.xlsx)'],
    ['another archive', Buffer.from('PK\u0003\u0004\u0014\u0000list.csv'), 'a ZIP archive'],
    ['packed with bzip2', Buffer.from('BZh91AY&SY'), 'packed with bzip2'],
    ['an old workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'an old Excel workbook'],
    ['a web page that calls itself a workbook', Buffer.from('<html><table>'), 'a web page'],
    ['packed twice', gzipSync(gzipSync(TEXT)), 'packed with gzip twice'],
    ['a packed workbook', gzipSync('PK\u0003\u0004xl/workbook.xml'), 'an Excel workbook (.xlsx), packed with gzip'],
  ])('such as %s is named', async (_what, bytes, named) => {
    expect(await problemsOf(bytes)).toContain(`is ${named}`);
  });
});

describe('the first lines', () => {
  test('may name the separator, as Excel reads it', async () => {
    expect(await read(Buffer.from(`sep=;\r\n${TEXT.replaceAll(',', ';')}`))).toEqual(READ);
  });

  test('may name a type, as PowerShell writes it', async () => {
    expect(await read(Buffer.from(`#TYPE System.Management.Automation.PSCustomObject\n${TEXT}`))).toEqual(READ);
  });

  test('may be a header whose names go over several lines', async () => {
    expect(await read(Buffer.from('"Opened\nat",Title\n1,2\n'))).toEqual([
      ['Opened at', 'Title'],
      ['1', '2'],
    ]);
  });

  test('show another separator than the mapping names', async () => {
    expect(await problemsOf(Buffer.from('a;b;c\n1;2;3\n'))).toContain('write delimiter: ";"');
  });
});
