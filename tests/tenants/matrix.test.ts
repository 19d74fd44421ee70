import { until } from '@desk/testkit/until';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getNamedType } from 'graphql';
import type { Client } from 'graphql-ws';
import { DeskProcess } from '../desk/desk-process.ts';
import type { ApiAnswer } from '../desk/partner.ts';
import { coordinates, recordTypes, rootFields, rowsOf, ruleOf } from './api-shape.ts';
import type { Caller, Told } from './caller.ts';
import { crawlRecords, crawlRoots } from './crawl.ts';
import { closedWithoutToken, listen } from './listening.ts';
import { NEVER_SEEN } from './never-seen.ts';
import { nobody, participants, writer, type Login, type Participant } from './people.ts';
import { writePrivateData } from './private-data.ts';
import { askPairs, filterPairs, mutationPairs, readPairs, rootProbes, type Answered } from './probes.ts';
import { mayReadField, passes, type Standing } from './rights.ts';
import { Book, readEverything, rowsIn } from './truth.ts';
import { recordsIn, tells, walk } from './walk.ts';

/** Rows of each list that a caller reads: all that the demo data and the writings give to a distributor. */
const ROWS_MAX = 12;

const LISTENERS = ['lena', 'omar', 'bo', 'aga', 'sam'] as const satisfies Login[];
const TENANTS = ['lena', 'omar', 'bo', 'aga'] as const satisfies Login[];
/** Those who may not read everything: to an auditor notes are closed, and to an analyst what is somebody's own. */
const READERS = [...TENANTS, 'ada', 'sam'] as const satisfies Login[];
/** People of distributors may write 30 times a minute: they share the mutations. An agent may more often, and tries every second one. */
const WRITERS = ['lena', 'omar', 'bo', 'priya'] as const satisfies Login[];

let desk: DeskProcess;
let all: Record<Login, Participant>;
let stranger: Caller;
let writers: Caller[] = [];
let clients: Client[] = [];
const book = new Book();
const pairs = new Map<Login, Answered[]>();

beforeAll(async () => {
  desk = await DeskProcess.start();
  all = await participants(desk.url);
  stranger = nobody(desk.url);
  await happen();
  const others = READERS.filter((login) => login !== 'sam');
  await Promise.all([readEverything(all.sam.caller, all.root.caller), ...others.map((login) => crawl(all[login]))]);
  for (const told of [...all.sam.caller.told, ...all.root.caller.told]) book.add(told);
  for (const { caller, standing } of Object.values(all))
    for (const told of caller.told) book.addOwn(told, standing.personId);
  book.settle();
  await Promise.all([
    ...[...READERS, 'priya' as const].map(probe),
    ...rootProbes().map(({ text, variables }) => stranger.ask(text, variables)),
  ]);
}, 480_000);
afterAll(async () => {
  for (const client of clients) void client.dispose();
  await desk?.stop();
});

test.each(READERS)('%s is told nothing of records that others alone may read', (login) => {
  const { caller, standing } = all[login];
  const foreign = [...book.foreignNames(standing), ...book.foreignTexts(standing)].map(asJson);
  expect(foreign.length).toBeGreaterThan(10);
  const said = caller.told.map(({ text, answer }) => ({ text, answer: withoutKnownNames(answer, standing) }));
  const whole = said.map(({ answer }) => answer).join('\n');
  const leaks = foreign
    .filter((name) => whole.includes(name))
    .map((name) => ({ name, asked: said.find(({ answer }) => answer.includes(name))?.text }));
  expect(leaks).toEqual([]);
  const ids = caller.told.flatMap(({ answer }) => [...recordsIn(answer.data, isRecordType)]).map(({ id }) => id);
  // What nobody of the SME reads would be held against nothing.
  expect(ids.filter((id) => !book.records.has(id))).toEqual([]);
});

test.each(READERS)('the tally of %s counts the incidents that the caller may read', (login) => {
  const { caller, standing } = all[login];
  const [tally] = caller.told
    .filter(({ root }) => root === 'Query')
    .flatMap(({ answer }) => [...recordsIn(answer.data, (type) => type === 'IncidentQueueCounts')]);
  const states = tally?.['byState'] as { state: string; count: number }[];
  const readable = book.of('Incident', standing, true).map(({ fields }) => fields['state']);
  const expected = states.map(({ state }) => [state, readable.filter((each) => each === state).length]);
  expect(states.length).toBeGreaterThan(0);
  expect(states.map(({ state, count }) => [state, count])).toEqual(expected);
});

test.each(READERS)('the lists of %s count the records that the caller may read', (login) => {
  const { caller, standing } = all[login];
  const counts = caller.told
    .filter(({ text }) => text.startsWith('query Counts'))
    .map(({ answer }) => answer.data ?? {});
  const lists = Object.entries(Object.assign({}, ...counts) as Record<string, { totalCount: number }>);
  expect(lists.length).toBeGreaterThan(10);
  const wrong = lists
    // A person's own lists grow by what happens.
    .filter(([list]) => !list.startsWith('my'))
    .map(([list, { totalCount }]) => ({ list, totalCount, readable: book.of(listedBy(list), standing, true).length }))
    .filter(({ totalCount, readable }) => totalCount !== readable);
  expect(wrong).toEqual([]);
});

test('fields that a caller may not read are answered null', () => {
  const shown = Object.values(all).flatMap(({ caller, standing }) =>
    seenBy(caller)
      .filter(({ value, coordinate, record }) => {
        const rule = ruleOf(coordinate);
        const truth = record && book.records.get(record.id);
        const hidden =
          (rule !== null && !passes(standing, rule)) || (truth && !mayReadField(standing, coordinate, truth));
        return hidden && tells(value);
      })
      .map(({ coordinate }) => `${caller.name}: ${coordinate}`),
  );
  expect([...new Set(shown)]).toEqual([]);
});

describe('the desk does not tell foreign from absent', () => {
  test.each(['read', 'filter', 'mutation'] as const)('by a %s', (kind) => {
    const answered = [...pairs].flatMap(([login, of]) =>
      of.filter((each) => each.kind === kind).map((each) => ({ login, ...each })),
    );
    expect(answered.length).toBeGreaterThan(0);
    const told = answered.filter(({ foreign, absent }) => foreign !== absent);
    expect(told.map(({ login, name, foreign, absent }) => ({ who: `${login} ${name}`, foreign, absent }))).toEqual([]);
  });
});

test('nobody is answered without a sign-in', () => {
  const codes = stranger.told.map(({ text, answer }) => [
    text.slice(0, 80),
    answer.data ?? null,
    answer.errors?.[0]?.extensions.code,
  ]);
  expect(codes.length).toBeGreaterThan(100);
  expect(codes.filter(([, data, code]) => data !== null || code !== 'UNAUTHENTICATED')).toEqual([]);
});

test('nobody is told of events without a sign-in', async () => {
  expect(await closedWithoutToken(desk.url)).toBe(4401);
});

test('no operation finds a fault of the desk', () => {
  const faults = [...Object.values(all).map(({ caller }) => caller), stranger].flatMap(({ name, told }) =>
    told
      .filter(({ answer }) => answer.errors?.some(({ extensions }) => FAULTS.includes(extensions.code)))
      .map(({ text, answer }) => [name, text.slice(0, 200), answer.errors?.[0]]),
  );
  expect(faults).toEqual([]);
});

test('every coordinate of the API is answered a value, or is named with the reason', () => {
  const reached = seen();
  const every = coordinates();
  const missing = every.filter((coordinate) => !reached.has(coordinate) && !(coordinate in NEVER_SEEN));
  const listed = Object.keys(NEVER_SEEN).filter((coordinate) => reached.has(coordinate) || !every.includes(coordinate));
  expect({ missing, listed }).toEqual({ missing: [], listed: [] });
});

const isRecordType = (type: string) => recordTypes().some(({ name }) => name === type);

const FAULTS = ['INTERNAL', 'SERVICE_UNAVAILABLE', 'GRAPHQL_VALIDATION_FAILED', 'SERVER_BUSY'];

/** What the demo data lack happens, while everybody listens. */
async function happen(): Promise<void> {
  const { lena, omar, bo, sam, root } = all;
  clients = await Promise.all(LISTENERS.map((login) => listen(all[login].caller, all[login].partner)));
  const [cleo, rae] = [writer(desk.url, 'cleo'), writer(desk.url, 'rae')];
  writers = [cleo, rae];
  const callers = { lena: lena.caller, omar: omar.caller, bo: bo.caller, sam: sam.caller, root: root.caller };
  const last = await writePrivateData({ ...callers, cleo, rae });
  const expected = { lena: last.lena, bo: last.bo, sam: [...last.lena, ...last.bo] };
  for (const [login, comments] of Object.entries(expected))
    await until(`${login} is told of the last comments`, () => isTold(all[login as Login].caller, comments));
  // Each service tells at its own pace. What no message ever holds, the promise of the coordinates names.
  await until('the subscriptions told of everything', () => allIn(seen(), messageCoordinates())).catch(() => {});
  for (const client of clients.splice(0)) void client.dispose();
}

const allIn = (some: ReadonlySet<string>, wanted: readonly string[]) => wanted.every((each) => some.has(each));

/** What messages of subscriptions hold, but for what is never seen. */
function messageCoordinates(): string[] {
  const types = rootFields('Subscription').map(({ type }) => getNamedType(type).name);
  return coordinates().filter((each) => types.includes(each.split('.')[0] ?? '') && !(each in NEVER_SEEN));
}

/** The coordinates at which anybody was answered a value. */
function seen(): Set<string> {
  const callers = [...Object.values(all).map(({ caller }) => caller), ...writers];
  const values = callers
    .flatMap(seenBy)
    .filter(({ value }) => value !== null && !(Array.isArray(value) && value.length === 0));
  return new Set(values.map(({ coordinate }) => coordinate));
}

/** Whether a subscription has told of all the comments. */
function isTold({ told }: Caller, comments: readonly string[]): boolean {
  const messages = told.filter(({ root }) => root === 'Subscription').map(({ answer }) => JSON.stringify(answer));
  return comments.every((id) => messages.some((message) => message.includes(id)));
}

async function crawl({ caller }: Participant): Promise<void> {
  await crawlRoots(caller, ROWS_MAX);
  await crawlRecords(caller, (type) => rowsIn(caller.told, type));
}

async function probe(login: Login): Promise<void> {
  const { caller, standing } = all[login];
  const reads = [...readPairs(book, standing), ...filterPairs(book, standing)];
  const turn = WRITERS.findIndex((each) => each === login);
  const share = login === 'aga' ? { of: 2, at: 0 } : { of: WRITERS.length, at: turn };
  const changes = mutationPairs(book, standing).filter((_pair, at) => at % share.of === share.at);
  const answered = await Promise.all([askPairs(caller, reads), askPairs(caller, changes)]);
  pairs.set(login, answered.flat());
}

function seenBy({ told }: Caller) {
  return told.flatMap(({ answer, root }: Told) => [...walk(answer.data, root)]);
}

/**
 * An answer as text, without the ids that the caller may know of what it may not read: of who acted for its organization, and of records
 * that it followed while it acted for others.
 */
function withoutKnownNames({ data, errors }: ApiAnswer, { actsFor, memberOf, is }: Standing): string {
  const reach = [...memberOf, ...actsFor];
  return JSON.stringify({ data, errors }, (key, value: unknown) => {
    if (key === 'requestId') return undefined;
    const { __typename: type, actingFor } = (value ?? {}) as { __typename?: string; actingFor?: { id: string } | null };
    if (type === 'Actor' && reach.includes(actingFor?.id ?? '')) return { ...(value as object), principalId: null };
    if (is === 'AGENT' && (type === 'Follow' || type === 'Notification'))
      return { ...(value as object), recordId: null };
    return value;
  });
}

function listedBy(list: string): string {
  const field = rootFields('Query').find(({ name }) => name === list);
  return rowsOf(getNamedType(field?.type))?.name ?? list;
}

function asJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
