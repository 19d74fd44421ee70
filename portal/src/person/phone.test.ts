import { expect, it } from '@jest/globals';
import { phoneNumber } from './phone.ts';

it.each([
  [undefined, null],
  ['+14165550100', '+14165550100'],
  ['(416) 555-0100', '+14165550100'],
  ['416.555.0100', '+14165550100'],
  ['+33 1 23 45 67 89', '+33123456789'],
  ['call me', 'callme'],
])('%p is sent as %p', (typed, sent) => {
  expect(phoneNumber(typed)).toBe(sent);
});
