import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { NOW, startDemoDirectory, type DemoDirectory } from '../directory.fixture.ts';
import { RESERVED_MS, type Guard } from './store.ts';

const AT = new Date(NOW);

let demo: DemoDirectory;
let guard: Guard;

beforeAll(async () => {
  demo = await startDemoDirectory();
  guard = demo.service.store.guard;
});
afterAll(() => demo.service.stop());

describe('a reservation', () => {
  test('of two who ask at once goes to one', async () => {
    const what = randomUUID();
    const asked = await Promise.all(['a', 'b', 'c', 'd'].map((id) => guard.reserve(what, id, AT)));
    expect(asked.filter(Boolean)).toHaveLength(1);
  });

  test('is given again to whoever holds it, and to another only once it lapsed', async () => {
    const what = randomUUID();
    const later = (ms: number) => new Date(AT.getTime() + ms);
    expect(await guard.reserve(what, 'a', AT)).toBe(true);
    expect(await guard.reserve(what, 'a', AT)).toBe(true);
    expect(await guard.reserve(what, 'b', later(RESERVED_MS - 1))).toBe(false);
    expect(await guard.reserve(what, 'b', later(RESERVED_MS))).toBe(true);
    expect(await guard.reserve(what, 'a', later(RESERVED_MS))).toBe(false);
  });
});

describe('an administrator', () => {
  const [a, b, c] = ['per_a', 'per_b', 'per_c'].map((id) => ({ id, version: 1 })) as [Person, Person, Person];

  test('who is the only one stays', async () => {
    expect(await guard.withdrawAdministrator(randomUUID(), a, [])).toBe(false);
  });

  test('of two who are to leave at once stays, whichever it is', async () => {
    for (let round = 0; round < 10; round++) {
      const organization = randomUUID();
      const asked = await Promise.all([
        guard.withdrawAdministrator(organization, a, [b]),
        guard.withdrawAdministrator(organization, b, [a]),
      ]);
      expect(asked.filter(Boolean)).toHaveLength(1);
    }
  });

  test('of three who are to leave at once stays', async () => {
    const organization = randomUUID();
    const asked = await Promise.all([
      guard.withdrawAdministrator(organization, a, [b, c]),
      guard.withdrawAdministrator(organization, b, [a, c]),
      guard.withdrawAdministrator(organization, c, [a, b]),
    ]);
    expect(asked.filter(Boolean)).toHaveLength(2);
  });

  test('counts again from the next version of the record on', async () => {
    const organization = randomUUID();
    expect(await guard.withdrawAdministrator(organization, a, [b])).toBe(true);
    expect(await guard.withdrawAdministrator(organization, b, [a])).toBe(false);
    expect(await guard.withdrawAdministrator(organization, b, [{ ...a, version: 2 }])).toBe(true);
  });
});

interface Person {
  id: string;
  version: number;
}
