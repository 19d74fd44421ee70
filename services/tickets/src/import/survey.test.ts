import { afterAll, describe, expect, test } from '@jest/globals';
import type { ImportMapping } from './mapping.ts';
import { loadMapping, surveyFile } from './port.ts';
import { exportLine, removeExports, writeExport } from './import.fixture.ts';
import type { Survey } from './survey.ts';

afterAll(removeExports);

async function surveyOf(lines: string[], change: Partial<ImportMapping> = {}): Promise<Survey> {
  return (await surveyFile(await writeExport(lines), { ...loadMapping(), ...change })).survey;
}

function at(text: string, number = 'A'): string {
  return exportLine({ number, opened_at: text, sys_updated_at: text });
}

describe('the times of a file', () => {
  test('that contradict the form are counted by column, with the first rows and values', async () => {
    const lines = ['05/03/2025 10:00', ...Array.from({ length: 1_500 }, () => '29/03/2025 10:00')].map((text) =>
      at(text),
    );
    const [first, , right] = (await surveyOf(lines, { timeFormat: 'M/D/YYYY HH:MM' })).problems();
    expect(first).toBe(
      'opened_at: of 1,501 times, 1,500 times (first lines 3 ("29/03/2025 10:00"), 4 ("29/03/2025 10:00"), 5 ("29/03/2025 10:00")) cannot be of the form M/D/YYYY HH:MM.',
    );
    expect(right).toContain('D/M/YYYY HH:MM');
  });

  test('that no form reads name the whole list of forms', async () => {
    const said = (await surveyOf([at('5 March 2025')])).problems().join('\n');
    for (const form of ['MM-DD-YYYY HH:MM', 'DD.MM.YYYY HH:MM', 'AM/PM', 'ISO 8601', 'EXCEL SERIAL', 'fractions'])
      expect(said).toContain(form);
  });

  test('that stay wrong under the right form stand against nothing but their row', async () => {
    expect((await surveyOf([at('29/03/2025 10:00'), at('30/2/2025 10:00')])).problems()).toEqual([]);
  });

  test('that are unknown stand against nothing', async () => {
    expect((await surveyOf([exportLine({ resolved_at: '?' })])).problems()).toEqual([]);
  });

  test('that read both ways say so', async () => {
    expect([
      (await surveyOf([at('05/03/2025 10:00')])).notes(),
      (await surveyOf([at('29/03/2025 10:00')])).notes(),
    ]).toEqual([
      ['Every time of the file reads as D/M/YYYY HH:MM, as the mapping says, and as M/D/YYYY HH:MM as well.'],
      [],
    ]);
  });
});

describe('the numbers of a file', () => {
  const { order: _order, updatedAt: _updatedAt, ...columns } = loadMapping().columns;

  test('may each stand on one row, without an order and an instant of the update', async () => {
    expect(
      (await surveyOf([exportLine({ number: 'A' }), exportLine({ number: 'B' })], { columns })).problems(),
    ).toEqual([]);
  });

  test('that repeat need both', async () => {
    const lines = ['A', 'B', 'A'].map((number) => exportLine({ number }));
    const said = (await surveyOf(lines, { columns })).problems().join();
    expect([said.includes('1 row (line 4 ("A"))'), said.includes('columns.order')]).toEqual([true, true]);
  });
});

describe('the order of a file', () => {
  test('must be of one kind', async () => {
    const lines = ['1', 'UPD2', '29/02/2016 10:00'].map((sys_mod_count) => exportLine({ sys_mod_count }));
    expect((await surveyOf(lines)).problems().join()).toContain('sys_mod_count must be of one kind');
  });

  test('as a time of another form stands against the file', async () => {
    expect((await surveyOf([exportLine({ sys_mod_count: '2016-02-29 10:00' })])).problems().join()).toContain(
      'sys_mod_count: of 1 times',
    );
  });
});
