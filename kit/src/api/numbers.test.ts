import { expect, test } from '@jest/globals';
import { formatNumber, numberNamed, paddedNumber, parseNumber } from './numbers.ts';

test.each([
  [1, 'INC-000001'],
  [123456, 'INC-123456'],
  [1234567, 'INC-1234567'],
])('%i is written as %s, and read back', (number, text) => {
  expect(formatNumber('INC', number)).toBe(text);
  expect(parseNumber('INC', text)).toBe(number);
});

test.each([
  ['inc-123', 123],
  [' INC-000123 ', 123],
  ['REQ-000123', null],
  ['INC-', null],
  ['INC-1234567890123', null],
  ['XINC-1', null],
])('%p is read as %p', (text, number) => {
  expect(parseNumber('INC', text)).toBe(number);
});

test.each([
  ['INC000017', 17],
  ['INC 000017', 17],
  ['INC\u00a0000017', 17],
  ['inc 17', 17],
  ['INC\u2011000017', 17],
  ['INC – 17', 17],
  ['Incident INC-000017', 17],
  ['Incident INC 000017, again', 17],
  ['see INC-17 and inc-000017', 17],
  ['INC-17 and INC-18', null],
  ['Acme Inc 2024 outage', null],
  ['XINC-17', null],
  ['000017', null],
  ['INC-17b', null],
  ['INC-1234567890123', null],
  ['incident', null],
])('%p names the number %p', (text, number) => {
  expect(numberNamed({ numberPrefix: 'INC' }, text)).toBe(number);
});

test.each([
  ['CE-2026-0003', 20_260_003],
  ['ce 2026 3', 20_260_003],
  ['the outage CE-2026-0003', 20_260_003],
  ['CE-2026', null],
])('of a noun that is numbered by the year, %p names %p', (text, number) => {
  expect(numberNamed({ numberPrefix: 'CE', numberedByYear: true }, text)).toBe(number);
});

test.each([
  ['000017', 17],
  [' 000017 ', 17],
  ['17', null],
  ['123456', null],
  ['0000000000017', null],
])('the digits %p alone stand for the number %p', (text, number) => {
  expect(paddedNumber({ numberPrefix: 'INC' }, text)).toBe(number);
});
