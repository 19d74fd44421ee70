import { isDeepStrictEqual } from 'node:util';
import type { LogEntry } from '@desk/kit/log/entry';
import { systemTime } from '@desk/kit/time/time-source';
import { systemRandom } from '@desk/kit/process/ids';
import { Journal } from '@desk/kit/write/journal';
import { Log } from '@desk/kit/log/log';
import { numberFloor } from '@desk/kit/write/restore';
import { connectMongo } from '@desk/kit/process/mongo';
import type { Thing } from '@desk/kit/write/things.fixture';
import { RIG, type Projection, type RigRequest } from './rig-protocol.ts';

/** How long the service may take to come to rest after the last write, in milliseconds. */
const REST_MS_MAX = 60_000;
const LOOK_EVERY_MS = 50;

/** What was found at rest. All but `entries` must be 0 or empty. */
export interface RigFindings {
  entries: number;
  /** Acknowledged requests that the log does not hold. */
  lost: number;
  /** Requests that the log holds more than once. */
  doubled: number;
  /** Everything that breaks a promise, as sentences. */
  violations: string[];
}

/** Waits until the service is at rest, and compares what it holds with what was acknowledged. The consumer was reset as often as the log was restored. */
export async function checkRig(
  mongodbUri: string,
  acknowledged: readonly RigRequest[],
  restored = 0,
): Promise<RigFindings> {
  const connection = await connectMongo(mongodbUri, RIG);
  try {
    const log = await Log.open(new Journal(connection, { random: systemRandom }), { time: systemTime });
    const stuck = await waitForRest(connection.getClient().db(RIG), log);
    const db = connection.getClient().db(RIG);
    const entries = await log.entries.find({}, { sort: { _id: 1 } }).toArray();
    const things = (await db.collection<Thing>('things').find({}).toArray()) as Thing[];
    const projections = await db.collection<Projection>('projections').find({}).toArray();
    let chain = await log.verify();
    while (chain.verified && !chain.complete) chain = await log.verify();
    const keys = countBy(entries, keyOf);
    const lost = acknowledged.filter(({ key }) => !keys.has(key));
    const doubled = [...keys].filter(([, times]) => times > 1);
    const violations = [
      ...(stuck ? [stuck] : []),
      ...lost.map(({ key }) => `${key} was acknowledged and is lost`),
      ...doubled.map(([key, times]) => `${key} was done ${times} times`),
      ...phantoms(keys, acknowledged),
      ...gaps(entries),
      ...(chain.verified ? [] : [`the chain breaks at ${chain.firstBadPosition}`]),
      ...badNumbers(things, await numberFloor(db, 'things')),
      ...things.flatMap((thing) => badThing(thing, entries)),
      ...badProjections(projections, entries),
      ...((await db.collection('resets').countDocuments()) === restored ? [] : ['the consumer was reset']),
    ];
    return { entries: entries.length, lost: lost.length, doubled: doubled.length, violations };
  } finally {
    await connection.close();
  }
}

type Db = ReturnType<ReturnType<Awaited<ReturnType<typeof connectMongo>>['getClient']>['db']>;

async function waitForRest(db: Db, log: Log): Promise<string | null> {
  const checkpoints = db.collection<{ _id: string; position: { pos: number } }>('checkpoints');
  let state = '';
  for (let waited = 0; waited < REST_MS_MAX; waited += LOOK_EVERY_MS) {
    const dirty = await db.collection('things').countDocuments({ dirty: true });
    const at = (await checkpoints.findOne({ _id: RIG }))?.position.pos ?? 0;
    const head = await log.head();
    if (dirty === 0 && at === head) return null;
    state = `${dirty} records not drained, consumer at ${at} of ${head}`;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return `the service does not come to rest: ${state}`;
}

function keyOf(entry: LogEntry): string {
  return String(entry.data['key']);
}

function countBy<T>(items: readonly T[], name: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(name(item), (counts.get(name(item)) ?? 0) + 1);
  return counts;
}

/** Writers ask until they are acknowledged, so nothing else may have happened. */
function phantoms(keys: Map<string, number>, acknowledged: readonly RigRequest[]): string[] {
  const asked = new Set(acknowledged.map(({ key }) => key));
  return [...keys.keys()].filter((key) => !asked.has(key)).map((key) => `${key} was never asked for`);
}

/** Positions count from 1 without gaps. */
export function gaps(entries: readonly LogEntry[]): string[] {
  return entries.flatMap((entry, i) =>
    entry._id === i + 1 ? [] : [`position ${i + 1} of the log holds ${entry._id}`],
  );
}

/** Numbers count from 1 without gaps, but for those that a restore leaves out: up to the floor. */
function badNumbers(things: readonly Thing[], floor: number): string[] {
  const numbers = things.map((thing) => thing.number ?? 0).sort((a, b) => a - b);
  return numbers.flatMap((number, i) => {
    const next = (numbers[i - 1] ?? 0) + 1;
    const isNext = number === next || (number === floor + 1 && next <= floor);
    return isNext ? [] : [`number ${next} is missing, ${number} is there`];
  });
}

/** The record's own state is the fold of its events. */
function badThing(thing: Thing, entries: readonly LogEntry[]): string[] {
  const { seq, count } = fold(thing._id, entries);
  return thing.version === seq && thing.count === count
    ? []
    : [`${thing._id} is at ${thing.version} with ${thing.count}, its events say ${seq} with ${count}`];
}

function badProjections(projections: readonly Projection[], entries: readonly LogEntry[]): string[] {
  const aggregates = new Set(entries.map((entry) => entry.aggregate));
  const known = new Map(projections.map((projection) => [projection._id, projection]));
  const extra = projections
    .filter(({ _id }) => !aggregates.has(_id))
    .map(({ _id }) => `${_id} is projected without events`);
  const wrong = [...aggregates].filter(
    (aggregate) => !isDeepStrictEqual(known.get(aggregate), fold(aggregate, entries)),
  );
  return [...extra, ...wrong.map((aggregate) => `the projection of ${aggregate} is not the fold of its events`)];
}

/** What the log says of a thing; its events must come in the order of its life, without gaps. */
function fold(aggregate: string, entries: readonly LogEntry[]): Projection {
  const result: Projection = { _id: aggregate, seq: 0, count: 0, keys: [] };
  for (const entry of entries) {
    if (entry.aggregate !== aggregate) continue;
    result.seq = entry.seq === result.seq + 1 ? entry.seq : Number.NaN;
    result.count += Number(entry.data['by']);
    result.keys.push(keyOf(entry));
  }
  return result;
}
