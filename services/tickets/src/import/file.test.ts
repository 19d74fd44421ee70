import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { ROWS_MAX, readIncidents, type Found, type Reject } from './file.ts';
import { loadMapping, readLines, surveyFile } from './port.ts';
import { ImportProblem, type ImportMapping } from './mapping.ts';
import {
  HEADER,
  exportLine,
  exportedIncident,
  newFile,
  removeExports,
  servicenowReader,
  writeExport,
} from './import.fixture.ts';

afterAll(removeExports);

const reader = servicenowReader();
async function readAll(
  file: string,
  change: Partial<ImportMapping> = {},
): Promise<{ taken: string[]; rejects: Reject[] }> {
  const found: Found[] = [];
  const { text, table } = await surveyFile(file, { ...loadMapping(), ...change });
  for await (const each of readIncidents(readLines(file, text), { ...table, reader })) found.push(each);
  return {
    taken: found.flatMap((each) => (each.kind === 'INCIDENT' ? [`${each.rows[0]?.number} ${each.rows.length}`] : [])),
    rejects: found.flatMap((each) => (each.kind === 'REJECTS' ? each.rejects : [])),
  };
}

async function read(...lines: string[]) {
  return readAll(await writeExport(lines));
}

/** Lines and reasons of the rejects. */
function said(rejects: Reject[]): string[] {
  return rejects.map(({ line, reason }) => `${line} ${reason}`);
}

const A = exportedIncident('A');
const B = exportedIncident('B');
const C = exportedIncident('C');

describe('a file', () => {
  test('gives its incidents in order, each with its rows', async () => {
    expect(await read(...A, ...B, ...C)).toEqual({ taken: ['A 4', 'B 4', 'C 4'], rejects: [] });
  });

  test('may be packed with gzip, whatever its name', async () => {
    expect(await readAll(await writeExport([...A, ...B], { gzip: true }))).toMatchObject({ taken: ['A 4', 'B 4'] });
  });

  test('may have a byte order mark and line ends of Windows', async () => {
    const file = await writeExport(
      A.map((line) => `${line}\r`),
      { header: `\ufeff${HEADER}\r` },
    );
    expect([await surveyFile(file, loadMapping()), await readAll(file)]).toMatchObject([
      { header: HEADER.split(','), survey: { rows: 4 } },
      { taken: ['A 4'], rejects: [] },
    ]);
  });

  test('may separate by semicolons', async () => {
    const file = await writeExport(
      A.map((line) => line.replaceAll(',', ';')),
      { header: HEADER.replaceAll(',', ';') },
    );
    expect(await readAll(file, { delimiter: ';' })).toMatchObject({ taken: ['A 4'] });
  });

  test('may have empty lines, and none at its end', async () => {
    const file = await newFile('csv');
    await writeFile(file, [HEADER, ...A, '', '', ...B].join('\n'));
    expect(await readAll(file)).toEqual({ taken: ['A 4', 'B 4'], rejects: [] });
  });

  test('may have quoted texts with separators, quotation marks and line ends in them', async () => {
    const text = '"first, ""second""\nthird"';
    expect(await read(...A, exportLine({ number: 'B', u_symptom: text }), ...C)).toEqual({
      taken: ['A 4', 'B 1', 'C 4'],
      rejects: [],
    });
  });

  test('with one incident is read to its last row', async () => {
    expect(await read(...A)).toMatchObject({ taken: ['A 4'] });
  });
});

describe('a malformed row', () => {
  test('without an incident is a reject by itself', async () => {
    const { taken, rejects } = await read(...A, 'what,is,this', ...B);
    expect([taken, said(rejects)]).toEqual([['A 4', 'B 4'], ['6 it has 3 fields, the header has 36']]);
  });

  test('keeps its text for the rejects file', async () => {
    expect((await read(...A, 'what,is,this')).rejects).toMatchObject([{ raw: 'what,is,this' }]);
  });

  test('between the rows of an incident does not part them', async () => {
    expect((await read(...A.slice(0, 2), 'what,is,this', ...A.slice(2))).taken).toEqual(['A 4']);
  });

  test('of an incident makes all its rows rejects, with the line that is to blame', async () => {
    const bad = exportLine({ number: 'B', impact: 9 });
    const { taken, rejects } = await read(...A, ...B.slice(0, 2), bad, ...C);
    expect([taken, said(rejects)]).toEqual([
      ['A 4', 'C 4'],
      [
        '6 line 8 of the same incident is a reject',
        '7 line 8 of the same incident is a reject',
        '8 impact "9" is not in the mapping',
      ],
    ]);
  });

  test('cut off makes all rows of its incident rejects', async () => {
    const { taken, rejects } = await read(...A, ...B.slice(0, 3), 'B,Closed,false', ...C);
    expect([taken, rejects.length]).toEqual([['A 4', 'C 4'], 4]);
  });

  test('cut off at the begin of its incident makes all its rows rejects', async () => {
    const { taken, rejects } = await read(...A, 'B,New', ...B.slice(1), ...C);
    expect([taken, rejects.length]).toEqual([['A 4', 'C 4'], 4]);
  });

  test('with a stray quotation mark costs its own incident only', async () => {
    const { taken, rejects } = await read(...A, exportLine({ number: 'B', u_symptom: '"oh' }), ...C);
    expect([taken, rejects.map(({ line }) => line)]).toEqual([['A 4', 'C 4'], [6]]);
  });

  test('with a stray quotation mark at the end of the file costs one row', async () => {
    const { taken, rejects } = await read(...A, ...B, 'C,"');
    expect([taken, rejects.map(({ line }) => line)]).toEqual([['A 4', 'B 4'], [10]]);
  });

  test('that is far too long is a reject, cut', async () => {
    const { taken, rejects } = await read(...A, `B,${'x'.repeat(3_000_000)}`, ...C);
    expect([taken, rejects.map(({ line, raw }) => [line, raw.length])]).toEqual([['A 4', 'C 4'], [[6, 256 * 1024]]]);
  });

  test('apart from its incident is a reject, and what it stands in stays whole', async () => {
    const { taken, rejects } = await read(...A, ...B.slice(0, 2), exportLine({ number: 'A' }), ...B.slice(2));
    expect([taken, said(rejects)]).toEqual([
      ['A 4', 'B 4'],
      ['8 the rows of A ended before: the rows of an incident must stand together'],
    ]);
  });

  test('too many of one incident are rejects, all of them', async () => {
    const many = Array.from({ length: ROWS_MAX + 5 }, (_, i) => exportLine({ number: 'B', sys_mod_count: i }));
    const { taken, rejects } = await read(...A, ...many, ...C);
    expect([taken, rejects.length]).toEqual([['A 4', 'C 4'], ROWS_MAX + 5]);
  });
});

describe('a file that cannot be read', () => {
  test.each([
    ['is not there', async () => '/nowhere/export.csv'],
    ['is a folder', async () => os.tmpdir()],
    ['is empty', () => writeExport([], { header: '' })],
    [
      'is packed and cut off',
      async () => {
        const file = await writeExport([...A, ...B], { gzip: true });
        await truncate(file, (await readFile(file)).length - 20);
        return file;
      },
    ],
  ])('because it %s says so', async (_what, make) => {
    await expect(surveyFile(await make(), loadMapping())).rejects.toThrow(ImportProblem);
  });
});

describe('any file', () => {
  const line = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...A, ...B, ...C) },
    fc.constantFrom('"', 'A,"', '', ',', 'x"y', '"a\n', '\r', 'A', exportLine({ number: 'A', impact: 9 })),
    fc.string({ maxLength: 20 }),
  );

  test('is read to its end, each line that is not empty once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 30 }), async (lines) => {
        const file = await writeExport(lines);
        const read: { line: number; raw: string }[] = [];
        const { text: form, table } = await surveyFile(file, loadMapping());
        for await (const found of readIncidents(readLines(file, form), { ...table, reader }))
          read.push(...(found.kind === 'INCIDENT' ? found.raws : found.rejects));
        const got = read.toSorted((a, b) => a.line - b.line).map(({ raw }) => raw);
        const text = (await readFile(file, 'utf8')).split('\n').slice(1);
        expect(
          got
            .join('\n')
            .split('\n')
            .filter((each) => each.trim()),
        ).toEqual(text.map((each) => each.replace(/\r$/, '')).filter((each) => each.trim()));
      }),
    );
  });
});
