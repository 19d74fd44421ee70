import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Refusal } from '@desk/kit/api/errors';
import { supergraphSdl } from '@desk/schema/sdl';
import { InvalidDocument, operationAdmission, type AdmitOperation, type Transport } from './known-documents.ts';
import { LIMITS } from '../limits/limits.ts';
import { startGround, type Ground } from '../ground.fixture.ts';
import type { Usage } from '../limits/rate-limit.ts';

const BOTH = `query Ask { incident(id: "inc_1") { number } }
  subscription Follow { incidentUpdates { cursor incident { number } } }`;

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(async () => ground.close());

let admit: AdmitOperation;
let taken: Usage[];
beforeEach(() => {
  admit = operationAdmission(ground.runtime);
  taken = [];
});

/** Admits an operation for an agent; returns the points that it took, one after another. */
function points(query: string, { over = 'HTTP', operationName = null, variables = {} }: Partial<Asked> = {}): number[] {
  taken = [];
  admit({ query, operationName, variables }, { over, limits: LIMITS.AGENT, take: (usage) => void taken.push(usage) });
  return taken.map(({ cost }) => cost);
}

interface Asked {
  over: Transport;
  operationName: string | null;
  variables: Record<string, unknown>;
}

describe('a text', () => {
  test('is paid for when it is new, and no more once it was admitted', () => {
    expect([points(BOTH, { operationName: 'Ask' }), points(BOTH, { operationName: 'Ask' })]).toEqual([[5, 1], [1]]);
  });

  test('that came over HTTP is known to the socket', () => {
    points(BOTH, { operationName: 'Ask' });
    expect(points(BOTH, { operationName: 'Follow', over: 'LIVE' })).toEqual([6]);
  });

  test.each([
    ['asks for too much', '{ incidents(first: 101) { nodes { id } } }', Refusal, [5]],
    ['does not fit the schema', '{ incidnt { id } }', InvalidDocument, [5, 1]],
  ])('that %s is not kept, and paid for each time', (_what, query, problem, paid) => {
    for (let time = 0; time < 2; time += 1) {
      expect(() => points(query)).toThrow(problem);
      expect(taken.map(({ cost }) => cost)).toEqual(paid);
    }
  });

  test('is forgotten when others need its memory', () => {
    // Some 1,600 tokens each, of which 32 MiB hold about forty.
    const fields = Array.from({ length: 5 }, () => 'id number title state priority impact urgency version').join(' ');
    const parts = Array.from(
      { length: 30 },
      (_, n) => `fragment F${n} on Incident { ${fields} organization { id name } }`,
    );
    const long = (number: number) =>
      `query Long${number} { incident(id: "inc_1") { ${parts.map((_, n) => `...F${n}`).join(' ')} } } ${parts.join(' ')}`;
    const texts = Array.from({ length: 60 }, (_, number) => long(number));
    for (const text of texts) points(text);
    expect(points(texts.at(-1) ?? '')).toHaveLength(1);
    expect(points(texts[0] ?? '')).toHaveLength(2);
  });

  test('is read anew for a new supergraph', async () => {
    points(BOTH, { operationName: 'Ask' });
    await ground.runtime.update(supergraphSdl());
    expect(points(BOTH, { operationName: 'Ask' })).toEqual([5, 1]);
  });
});

describe('an operation that goes the wrong way', () => {
  test.each<[Transport, string, string]>([
    ['HTTP', 'Follow', 'SUBSCRIPTION_TRANSPORT_REQUIRED'],
    ['LIVE', 'Ask', 'BAD_USER_INPUT'],
  ])('is refused over %s', (over, operationName, code) => {
    expect(refusalOf(() => points(BOTH, { over, operationName }))).toBe(code);
  });
});

function refusalOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  throw new Error('It was not refused.');
}
