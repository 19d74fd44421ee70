import { describe, expect, test } from '@jest/globals';
import { SYSTEM_ACTOR } from '../api/actor.ts';
import {
  changeDescriber,
  describeEvent,
  type EventWords,
  type NounDraft,
  type RecordEventData,
} from './describe-change.ts';
import { NOON, buildThing, type Thing } from './things.fixture.ts';

/** The events of a service: those of things, and one of another noun. */
interface Events {
  'thing.made': ThingData<'MADE'>;
  'thing.counted': ThingData<'COUNTED'> & { by: number };
  'thing.rung': ThingData<'RUNG'>;
  'other.made': RecordEventData;
}

interface ThingData<Kind extends string> extends RecordEventData {
  kind: Kind;
  match: { title: readonly string[]; tag: readonly string[] };
}

const WORDS: EventWords<Thing, Events, 'THING'> = {
  noun: 'THING',
  eventVersion: 3,
  fields: { title: 'name', count: 'count', tags: 'tags' },
  coded: ['title'],
  match: { title: 'title', tag: 'tags' },
  isPublished: ({ tags }) => tags.includes('public'),
};

const act = { at: NOON, by: { id: 'per_a', kind: 'PERSON', actingFor: null } } as const;
const thing = buildThing({ _id: 'thing_1', title: 'old', count: 1 });
const counted = { ...thing, title: 'new', count: 2 };

/** A bell that rings so many minutes after noon whenever the count changes. */
function ring(minutes: number): (before: Thing, after: Thing) => NounDraft<Events, 'THING'>[] {
  const at = new Date(NOON.getTime() + minutes * 60_000);
  return (before, after) =>
    before.count === after.count
      ? []
      : [describeEvent(WORDS, [after], { kind: 'RUNG', at, by: SYSTEM_ACTOR, changedFields: [] })];
}

describe('a change', () => {
  const describeChange = changeDescriber(WORDS);

  test('leaves an event of its kind, with the names of its fields, their codes before and after, and what subscribers filter by', () => {
    const { record, events } = describeChange(thing, counted, { kind: 'COUNTED', act, data: { by: 1 } });
    expect(record).toBe(counted);
    expect(events).toEqual([
      {
        type: 'thing.counted',
        eventVersion: 3,
        at: NOON,
        actor: act.by,
        data: {
          subject: { type: 'THING', id: 'thing_1' },
          kind: 'COUNTED',
          changedFields: ['name', 'count'],
          match: { title: ['old', 'new'], tag: [] },
          changes: [{ field: 'name', from: 'old', to: 'new' }],
          by: 1,
        },
      },
    ]);
  });

  test('adds codes that no field of the record shows, and the words of people apart from them', () => {
    const told = { changes: { reason: [null, 'LATE'] }, personal: { remark: 'Sorry.' } } as const;
    const [event] = describeChange(thing, thing, { kind: 'COUNTED', act, data: { by: 0 }, ...told }).events;
    expect(event.data.changes).toEqual([{ field: 'reason', from: null, to: 'LATE' }]);
    expect(event.personal).toEqual({ remark: 'Sorry.' });
  });

  test('matches by each value of a list, before and after', () => {
    const before = { ...thing, tags: ['a', 'b'] };
    const { events } = describeChange(
      before,
      { ...before, tags: ['b', 'c'] },
      { kind: 'COUNTED', act, data: { by: 1 } },
    );
    expect(events[0].data).toMatchObject({ match: { tag: ['a', 'b', 'c'] } });
    expect(events[0].data).not.toHaveProperty('published');
  });

  test('of a published record may be learned of by every organization, also the change that takes it back', () => {
    const open = { ...thing, tags: ['public'] };
    for (const [before, after] of [
      [thing, open],
      [open, thing],
    ] as const) {
      const { events } = describeChange(before, after, { kind: 'COUNTED', act, data: { by: 1 } });
      expect(events[0].data).toMatchObject({ published: true });
    }
  });

  test('of a new record names no field, and matches by its values once', () => {
    const [event] = describeChange(null, thing, { kind: 'MADE', act }).events;
    expect(event.data).toMatchObject({ changedFields: [], changes: [], match: { title: ['old'] } });
  });

  test('without an event is a bug', () => {
    expect(() => describeChange(thing, counted, null)).toThrow('THING thing_1 must be told of');
  });
});

describe('an announcement of a change', () => {
  const kinds = (minutes: number) =>
    changeDescriber(WORDS, ring(minutes))(thing, counted, { kind: 'COUNTED', act, data: { by: 1 } }).events.map(
      ({ data }) => data.kind,
    );

  test('comes before the change, where it fell due before it', () => {
    expect(kinds(-1)).toEqual(['RUNG', 'COUNTED']);
  });

  test('comes behind the change, where it falls due with it', () => {
    expect(kinds(0)).toEqual(['COUNTED', 'RUNG']);
  });

  test('can stand alone', () => {
    const { events } = changeDescriber(WORDS, ring(5))(thing, counted, null);
    expect(events.map(({ type }) => type)).toEqual(['thing.rung']);
  });
});
