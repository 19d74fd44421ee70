import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { InputCheck } from '../api/input.ts';
import { pageRequest } from '../api/page.ts';
import type { Viewer } from '../api/viewer.ts';
import type { EventWords, RecordEventData } from '../write/describe-change.ts';
import { NOON, buildThing, openDesk, type Desk, type Thing } from '../write/things.fixture.ts';
import { messageRules, type MessageData } from './message.ts';
import { prepareMessage } from './mutations.ts';
import { openConversation, type Conversation } from './store.ts';

interface Events {
  'thing.said': RecordEventData & MessageData & { kind: 'SAID' };
  'thing.noted': RecordEventData & MessageData & { kind: 'NOTED' };
}

const WORDS: EventWords<Thing, Events, 'THING'> = {
  noun: 'THING',
  eventVersion: 1,
  fields: {},
  coded: [],
  match: {},
};
const { writeComment, writeNote } = messageRules(WORDS, { comment: 'SAID', note: 'NOTED' });

const viewer: Viewer = {
  id: 'per_a',
  kind: 'PERSON',
  memberships: [],
  delegations: [],
  staff: false,
  auditor: false,
};
const thing = buildThing({ _id: 'thing_1', organizationId: 'org_a', version: 4 });

let desk: Desk;
let conversation: Conversation;
let ids = 0;

beforeAll(async () => {
  desk = await openDesk();
  conversation = await openConversation(desk, {
    noun: 'THING',
    comments: { collection: 'said', prefix: 'said' },
    notes: { collection: 'noted', prefix: 'noted' },
  });
});
afterAll(() => desk.close());

function act(minute = 0) {
  const at = new Date(NOON.getTime() + minute * 60_000);
  return { at, by: { id: 'per_a', kind: 'PERSON', actingFor: null } as const, check: new InputCheck() };
}

describe('a message', () => {
  const said = { id: 'said_1', text: ' Hello. ', fromStaff: true, carried: false };

  test('names its subject, its author and when it was written', () => {
    expect(writeComment(thing, said, act()).record).toMatchObject({
      subject: { type: 'THING', id: 'thing_1' },
      organizationId: 'org_a',
      text: 'Hello.',
      author: { id: 'per_a' },
      createdAt: NOON,
      fromStaff: true,
    });
  });

  test('leaves an event about its subject, with the words of people apart from the rest', () => {
    const [event] = writeComment(thing, said, act()).events;
    expect(event).toMatchObject({
      type: 'thing.said',
      data: {
        subject: { type: 'THING', id: 'thing_1' },
        changedFields: ['comments'],
        messageId: 'said_1',
        version: 4,
        carried: false,
      },
      personal: { text: 'Hello.' },
    });
    expect(event.internal).toBeUndefined();
  });

  test('for staff is an internal event', () => {
    const [event] = writeNote(thing, { id: 'noted_1', text: 'Psst.' }, act()).events;
    expect(event).toMatchObject({ type: 'thing.noted', internal: true, data: { changedFields: ['internalNotes'] } });
  });

  test('without words is refused', () => {
    expect(() => writeNote(thing, { id: 'noted_1', text: ' ' }, act())).toThrow('input.text');
  });
});

describe('the messages of a record', () => {
  test('are listed oldest first, counted, and found by id within reach', async () => {
    const { comments } = conversation;
    for (const minute of [2, 0, 1]) {
      const said = { id: `said_of2${minute}`, text: `${minute}`, fromStaff: false, carried: false };
      const { record, events } = writeComment({ ...thing, _id: 'thing_2' }, said, act(minute));
      await comments.records.create(record, events);
    }
    const { rows } = await comments.list('thing_2', pageRequest({ first: 9 }));
    expect(rows.map(({ text }) => text)).toEqual(['0', '1', '2']);
    expect(await comments.count('thing_2')).toBe(3);
    const found = await Promise.all(
      (['ALL', ['org_a'], ['org_b']] as const).map((reach) => comments.byIds(reach, ['said_of20', 'said_none'])),
    );
    expect(found.map((each) => each.map(({ _id }) => _id))).toEqual([['said_of20'], ['said_of20'], []]);
  });
});

describe('a request to write', () => {
  const request = (idempotencyKey: string | null, requireAction: () => void) => ({
    viewer,
    newId: (prefix: string) => `${prefix}_new${++ids}`,
    operation: 'sayThing',
    input: { idempotencyKey },
    messages: conversation.comments,
    findSubject: async () => thing,
    requireAction,
  });
  const refuse = () => {
    throw new Error('not now');
  };

  test('is refused where the subject does not allow it', async () => {
    await expect(prepareMessage(request(null, refuse))).rejects.toThrow('not now');
    await expect(prepareMessage(request('key-1', refuse))).rejects.toThrow('not now');
  });

  test('gets its first answer when it is repeated, whatever became of the subject since', async () => {
    const { id, key, subject } = await prepareMessage(request('key-2', () => {}));
    const said = { id, text: 'Hello.', fromStaff: false, carried: false };
    const { record, events } = writeComment(subject, said, act());
    await conversation.comments.records.create(record, events, { key });
    const again = await prepareMessage(request('key-2', refuse));
    expect(again).toEqual({ id, key, subject });
    const repeated = { ...record, createdAt: new Date(0) };
    expect(await conversation.comments.records.create(repeated, events, { key })).toEqual({
      record: { ...record, version: 1 },
      version: 1,
      replayed: true,
    });
  });
});
