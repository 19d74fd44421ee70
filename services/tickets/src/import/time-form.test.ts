import { describe, expect, test } from '@jest/globals';
import { TIME_FORMATS, TimeFormsSeen, timeReader, type TimeFormat } from './time-form.ts';

function read(format: TimeFormat, text: string): string {
  const time = timeReader(format)(text);
  return typeof time === 'string' ? time : `${time.wall}${time.offset ?? ''}`;
}

describe('a time', () => {
  test.each([
    ['D/M/YYYY HH:MM', '5/3/2025 9:07', '2025-03-05T09:07:00.000'],
    ['M/D/YYYY HH:MM', '03/05/2025 09:07:08', '2025-03-05T09:07:08.000'],
    ['MM-DD-YYYY HH:MM', '03-05-2025 09:07:08', '2025-03-05T09:07:08.000'],
    ['DD-MM-YYYY HH:MM', '05-03-2025 09:07', '2025-03-05T09:07:00.000'],
    ['DD.MM.YYYY HH:MM', '05.03.2025 09:07', '2025-03-05T09:07:00.000'],
    ['YYYY-MM-DD HH:MM', '2025-03-05 09:07:08.123456', '2025-03-05T09:07:08.123'],
    ['YYYY-MM-DD HH:MM', '2025-03-05T09:07', '2025-03-05T09:07:00.000'],
    ['YYYY/MM/DD HH:MM', '2025/03/05 09:07', '2025-03-05T09:07:00.000'],
    ['M/D/YYYY HH:MM AM/PM', '3/5/2025, 2:30:00 PM', '2025-03-05T14:30:00.000'],
    ['M/D/YYYY HH:MM AM/PM', '3/5/2025 2:30\u202fp.m.', '2025-03-05T14:30:00.000'],
    ['M/D/YYYY HH:MM AM/PM', '3/5/2025 12:30 AM', '2025-03-05T00:30:00.000'],
    ['M/D/YYYY HH:MM AM/PM', '3/5/2025 12:30 PM', '2025-03-05T12:30:00.000'],
    ['ISO 8601', '2025-03-05T14:30:00.1234567Z', '2025-03-05T14:30:00.123Z'],
    ['ISO 8601', '2025-03-05 14:30:00 -0500', '2025-03-05T14:30:00.000-05:00'],
    ['ISO 8601', '2025-03-05T14:30:00+01', '2025-03-05T14:30:00.000+01:00'],
    ['EXCEL SERIAL', '45721.4375', '2025-03-05T10:30:00.000'],
    ['EXCEL SERIAL', '45721,4375', '2025-03-05T10:30:00.000'],
  ] as const)('of the form %s is read: %s', (format, text, wall) => {
    expect(read(format, text)).toBe(wall);
  });

  test.each([
    ['D/M/YYYY HH:MM', '30/2/2025 10:00', 'NO_DATE'],
    ['M/D/YYYY HH:MM', '29/03/2025 10:00', 'NO_DATE'],
    ['M/D/YYYY HH:MM AM/PM', '3/5/2025 13:30 PM', 'NO_DATE'],
    ['D/M/YYYY HH:MM', '5/3/2025 24:00', 'NO_DATE'],
    ['D/M/YYYY HH:MM', '5/3/2025 2:30 PM', 'NO_FORM'],
    ['M/D/YYYY HH:MM AM/PM', '5/3/2025 2:30', 'NO_FORM'],
    ['YYYY-MM-DD HH:MM', '2025-03-05T14:30:00Z', 'NO_FORM'],
    ['ISO 8601', '2025-03-05T14:30:00', 'NO_FORM'],
    ['EXCEL SERIAL', '12', 'NO_FORM'],
    ['EXCEL SERIAL', '99999', 'NO_DATE'],
  ] as const)('is not of the form %s: %s', (format, text, why) => {
    expect(read(format, text)).toBe(why);
  });
});

function possible(...texts: string[]): TimeFormat[] {
  const seen = new TimeFormsSeen();
  for (const text of texts) seen.add(text);
  return seen.possible();
}

describe('the forms of a file', () => {
  test('are those that read each of its times', () => {
    expect(possible('05/03/2025 10:00', '29/03/2025 10:00')).toEqual(['D/M/YYYY HH:MM']);
  });

  test('are two while no day is above twelve', () => {
    expect(possible('05/03/2025 10:00', '01/02/2025 10:00')).toEqual(['D/M/YYYY HH:MM', 'M/D/YYYY HH:MM']);
  });

  test('are none when days and months change places', () => {
    expect(possible('29/03/2025 10:00', '03/29/2025 10:00')).toEqual([]);
  });

  test('are not narrowed by a day that exists in no form', () => {
    expect(possible('29/03/2025 10:00', '30/2/2025 10:00')).toEqual(['D/M/YYYY HH:MM']);
  });

  test('are all different', () => {
    expect(new Set(TIME_FORMATS).size).toBe(TIME_FORMATS.length);
  });
});
