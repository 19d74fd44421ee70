import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { News } from './news.ts';
import { recipientsOf, type Interested } from './recipients.ts';

/** Few values of each kind, so that they meet often. */
const one = fc.constantFrom;
const some = <Value>(...values: Value[]) => fc.uniqueArray(fc.constantFrom(...values), { maxLength: 2 });
/** A condition that is often left out. */
const maybe = <Value>(...values: Value[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant<Value[]>([]) }, some(...values));
const PEOPLE = ['per_a', 'per_b', 'per_c'] as const;
const ORGANIZATIONS = ['org_A', 'org_B'] as const;
const INSTANTS = [new Date(0), new Date(1), new Date(2)] as const;
const TYPES = ['CHANGE', 'INCIDENT', 'CONTINUITY_EVENT'] as const;

const news: fc.Arbitrary<News> = fc
  .record({
    type: one(...TYPES),
    actorId: fc.option(one(...PEOPLE)),
    at: one(...INSTANTS),
    organizationId: one(...ORGANIZATIONS),
    published: fc.boolean(),
    internal: one(true, false, false, false),
    personId: fc.option(one(...PEOPLE), { freq: 3 }),
    state: some('SCHEDULED', 'RECOVERY'),
    serviceId: some('VEE', 'BILLING'),
    risk: some('LOW', 'HIGH'),
    priority: some('P1', 'P4'),
  })
  .map(({ type, actorId, at, state, serviceId, risk, priority, ...visibility }) => ({
    message: {
      key: 'k',
      topic: 'CHANGES',
      severity: 'INFO',
      code: 'x.y',
      arguments: [],
      record: { type, id: 'rec_1' },
      actor: { id: actorId, kind: actorId === null ? 'SYSTEM' : 'PERSON', actingFor: null },
      at,
    },
    visibility,
    match:
      type === 'CHANGE'
        ? { state, serviceId, risk }
        : type === 'INCIDENT'
          ? { priority }
          : { stage: state, serviceId, classification: [] },
    audience: null,
  }));

const reader = (id: string) =>
  fc.record({
    id: fc.constant(id),
    staff: fc.boolean(),
    reach: fc.oneof(fc.constant('ALL' as const), some(...ORGANIZATIONS)),
  });

const interested: fc.Arbitrary<Interested> = one(...PEOPLE).chain((personId) =>
  fc.record({
    personId: fc.constant(personId),
    reader: fc.option(reader(personId), { freq: 5 }),
    since: fc.option(one(...INSTANTS)),
    filter: fc.option(
      fc.record({
        recordType: fc.uniqueArray(one(...TYPES), { minLength: 1 }),
        serviceId: maybe('VEE', 'BILLING'),
        state: maybe('SCHEDULED', 'RECOVERY'),
        risk: maybe('LOW' as const, 'HIGH' as const),
        priority: maybe('P1' as const, 'P4' as const),
      }),
    ),
  }),
);

/** Says the same in the plainest way: for each person, every reason not to tell, one after the other. */
function oracle({ message, visibility, match }: News, all: readonly Interested[]): Set<string> {
  const told = new Set<string>();
  for (const { personId, reader: known, since, filter } of all) {
    if (known === null) continue;
    if (personId === message.actor.id) continue;
    if (since && since.getTime() > message.at.getTime()) continue;
    if (visibility.internal && !known.staff) continue;
    if (visibility.personId) {
      if (visibility.personId !== personId) continue;
    } else {
      const reaches = known.reach === 'ALL' || known.reach.some((each) => each === visibility.organizationId);
      const publicly = visibility.published && known.reach !== 'ALL' && known.reach.length !== 0;
      if (!reaches && !publicly) continue;
    }
    if (filter) {
      const { type } = message.record;
      if (!filter.recordType.some((each) => each === type)) continue;
      const values = match as Record<string, readonly string[] | undefined>;
      const states = type === 'CHANGE' ? values['state'] : type === 'CONTINUITY_EVENT' ? values['stage'] : undefined;
      const conditions: [readonly string[], readonly string[] | undefined][] = [
        [filter.state, states],
        [filter.serviceId, values['serviceId']],
        [filter.risk, values['risk']],
        [filter.priority, values['priority']],
      ];
      if (conditions.some(([wanted, named]) => wanted.length > 0 && !wanted.some((each) => named?.includes(each))))
        continue;
    }
    told.add(personId);
  }
  return told;
}

test('the recipients of any event are those whom the oracle tells one by one, each once', () => {
  let tellings = 0;
  fc.assert(
    fc.property(news, fc.array(interested, { maxLength: 12 }), (event, all) => {
      const recipients = recipientsOf(event, all);
      expect(new Set(recipients)).toEqual(oracle(event, all));
      expect(new Set(recipients).size).toBe(recipients.length);
      tellings += recipients.length;
    }),
    { numRuns: 3_000 },
  );
  expect(tellings).toBeGreaterThan(500); // The random events must reach somebody often enough to prove anything.
});

test('in steps of any size, the same people are told as in one', () => {
  fc.assert(
    fc.property(news, fc.array(interested, { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), (event, all, size) => {
      const steps = Array.from({ length: Math.ceil(all.length / size) }, (_each, step) =>
        recipientsOf(event, all.slice(step * size, (step + 1) * size)),
      );
      expect(new Set(steps.flat())).toEqual(new Set(recipientsOf(event, all)));
    }),
  );
});
