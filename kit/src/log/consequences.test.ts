import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { until } from '@desk/testkit/until';
import { silentLogger, buildDraft, buildThing, openDesk, type Desk } from '../write/things.fixture.ts';
import { causeKey, followOwnLog, type Consequences } from './consequences.ts';
import { MemoryStream } from './memory-stream.ts';
import { Relay } from './relay.ts';

let desk: Desk;
let stream: MemoryStream;
let relay: Relay;
let consequences: Consequences;

beforeEach(async () => {
  desk = await openDesk();
  stream = new MemoryStream();
  relay = new Relay({ service: 'kit', journal: desk.journal, log: desk.log, stream, logger: silentLogger });
});
afterEach(async () => {
  await consequences.stop();
  await relay.stop();
  await stream.close();
  await desk.close();
});

function follow(handle: Parameters<typeof followOwnLog>[0]['handle']): void {
  const { journal, log } = desk;
  consequences = followOwnLog({ service: 'kit', journal, log, stream, logger: silentLogger, handle });
}

test('a service finds its writes in its own log, with the words that the stream does not carry', async () => {
  const heard: unknown[] = [];
  follow(async ({ aggregate }, personal) => void heard.push([aggregate, await personal()]));
  const thing = buildThing({ _id: 'thing_1' });
  await desk.things.create(thing, [buildDraft({ personal: { text: 'Hello.' } })]);
  await until('the event is heard', () => heard.length > 0);
  expect(heard).toEqual([['thing_1', { text: 'Hello.' }]]);
});

test('a consequence that was carried out at once is not carried out again from the log', async () => {
  const cause = buildThing({ _id: 'thing_cause' });
  const effect = buildThing({ _id: 'thing_effect' });
  await desk.things.create(effect, [buildDraft()]);
  let followed = 0;
  const count = () =>
    desk.things.change('thing_effect', { reach: 'ALL', key: causeKey('thing_cause') }, (thing) => ({
      record: { ...thing, count: thing.count + 1 },
      events: [buildDraft()],
    }));
  follow(async ({ aggregate, seq }) => {
    if (aggregate !== 'thing_cause' || seq !== 1) return;
    await count();
    followed++;
  });
  await desk.things.create(cause, [buildDraft()]);
  expect((await consequences.atOnce(count))?.record.count).toBe(1);
  await until('the cause is followed', () => followed > 0);
  expect((await desk.things.collection.findOne({ _id: 'thing_effect' }))?.count).toBe(1);
});

describe('a consequence that cannot be done at once', () => {
  test('does not fail the request whose write stands', async () => {
    follow(async () => {});
    expect(await consequences.atOnce(() => Promise.reject(new Error('no')))).toBeNull();
  });
});
