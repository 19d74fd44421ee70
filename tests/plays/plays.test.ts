import { DOMAINS } from '@desk/schema/domains';
import { mutationsOf } from '@desk/schema/sdl';
import { describe, expect, test } from '@jest/globals';
import { LEFT_OUT, PLAYS } from './plays.ts';

describe.each(DOMAINS)('the plays of %s', (domain) => {
  const played = new Set(PLAYS[domain].flatMap(({ steps }) => steps.map(({ mutation }) => mutation)));

  test('hold every mutation, but those that are left out with a reason', () => {
    const missing = mutationsOf(domain).filter((mutation) => !played.has(mutation) && !(mutation in LEFT_OUT));
    expect(missing).toEqual([]);
  });
});

test('what is left out is a mutation that no play holds', () => {
  const played = Object.values(PLAYS).flatMap((plays) =>
    plays.flatMap(({ steps }) => steps.map((step) => step.mutation)),
  );
  const known = DOMAINS.flatMap(mutationsOf);
  expect(Object.keys(LEFT_OUT).filter((each) => !known.includes(each) || played.includes(each))).toEqual([]);
});
