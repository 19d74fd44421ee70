import { databaseUri } from '@desk/testkit/database';
import { Schema, type Connection } from 'mongoose';
import { randomBytes } from 'node:crypto';
import { systemTime } from '../time/time-source.ts';
import type { CrashPoint } from '../process/crash-point.ts';
import { SYSTEM_ACTOR } from '../api/actor.ts';
import type { EventDraft } from './event.ts';
import type { Aggregates } from './aggregates.ts';
import { Journal } from './journal.ts';
import type { Aggregate } from './record.ts';
import { systemRandom } from '../process/ids.ts';
import { Log } from '../log/log.ts';
import { createLogger, type Logger } from '../process/logger.ts';
import { connectMongo } from '../process/mongo.ts';
import type { Paths } from './record.ts';

/** The aggregate of the kit's own tests: something that has a title and counts. */
export interface Thing extends Aggregate {
  title: string;
  count: number;
  tags: string[];
  note: ThingNote | null;
  madeAt: Date;
}

export interface ThingNote {
  text: string;
  secret: string | null;
}

const noteSchema = new Schema<ThingNote>(
  { text: { type: String, required: true }, secret: { type: String, default: null } } satisfies Paths<ThingNote>,
  { _id: false, strict: 'throw' },
);

/** Fits a thing. */
export const thingSchema = new Schema<Thing>(
  {
    _id: { type: String, required: true },
    organizationId: { type: String, required: true },
    version: { type: Number, required: true },
    number: { type: Number, default: null },
    nextFireAt: { type: Date, default: null },
    title: { type: String, required: true },
    count: { type: Number, required: true },
    tags: { type: [String], required: true },
    note: { type: noteSchema, default: null },
    madeAt: { type: Date, required: true },
  } satisfies Paths<Thing>,
  { strict: 'throw', versionKey: false, id: false },
);

/** An instant, for everything that needs one. */
export const NOON = new Date('2026-03-02T12:00:00.000Z');

/** A whole thing; `given` says what matters. */
export function buildThing(given: Partial<Thing> = {}): Thing {
  return {
    _id: `thing_${randomBytes(6).toString('hex')}`,
    organizationId: 'org_a',
    version: 1,
    number: null,
    nextFireAt: null,
    title: 'a thing',
    count: 0,
    tags: [],
    note: null,
    madeAt: NOON,
    ...given,
  };
}

/** A whole event of a thing; `given` says what matters. */
export function buildDraft(given: Partial<EventDraft> = {}): EventDraft {
  return { type: 'thing.counted', eventVersion: 1, at: NOON, actor: SYSTEM_ACTOR, data: {}, ...given };
}

/** What a process of the service holds. */
export interface Side {
  journal: Journal;
  log: Log;
  things: Aggregates<Thing>;
}

/** A service's own database, with one process at work on it. */
export interface Desk extends Side {
  connection: Connection;
  /** Another process of the service, on the same database. */
  join(): Promise<Side>;
  /** Removes the database. */
  close(): Promise<void>;
}

/** A name for a database of one test file. */
export function testDatabase(): string {
  return `kit-${randomBytes(6).toString('hex')}`;
}

/** Opens a new database on the engine of the test run. */
export async function openDesk(crash: CrashPoint = () => {}, uri?: string): Promise<Desk> {
  const connection = await connectMongo(uri ?? (await databaseUri()), testDatabase());
  const ThingModel = connection.model<Thing>('Thing', thingSchema, 'things');
  const join = async (): Promise<Side> => {
    const journal = new Journal(connection, { random: systemRandom, crash });
    const things = await journal.aggregates<Thing>(ThingModel, 'thing');
    return { journal, things, log: await Log.open(journal, { time: systemTime, crash }) };
  };
  return {
    connection,
    ...(await join()),
    join,
    close: async () => {
      await connection.dropDatabase();
      await connection.close();
    },
  };
}

/** Counts up by one, with an event. */
export function countUp(thing: Thing): { record: Thing; events: [EventDraft] } {
  const count = thing.count + 1;
  return { record: { ...thing, count }, events: [buildDraft({ data: { count } })] };
}

/** Writes nothing. */
export const silentLogger: Logger = createLogger('test', 'silent');
