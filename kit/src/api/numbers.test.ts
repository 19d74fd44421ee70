import { expect, test } from '@jest/globals';
import { formatNumber, parseNumber } from './numbers.ts';

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
