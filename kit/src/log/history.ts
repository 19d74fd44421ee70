import type { mongo } from 'mongoose';
import type { Actor } from '../api/actor.ts';
import {
  COUNT_MAX,
  connection,
  cursorTo,
  foreignCursor,
  listName,
  pageOf,
  valuesIn,
  type Connection,
  type Page,
  type PageRequest,
} from '../api/page.ts';
import { OPERATION_MS_MAX, isTimeLimit } from '../process/mongo.ts';
import type { FieldChange } from '../write/describe-change.ts';
import type { OutboxEvent } from '../write/event.ts';
import { NOTICE_DUE } from '../write/notice.ts';
import type { Reach } from '../api/viewer.ts';
import type { Journal } from '../write/journal.ts';
import type { Aggregate, Stored } from '../write/record.ts';
import type { LogEntry } from './entry.ts';
import type { Log } from './log.ts';

/** An event as history reads it: from the log, with its position, or from an outbox, without. */
export type HistoryEvent = (OutboxEvent | LogEntry) & { aggregate: string; _id?: number };

/** One entry of a record's history, as the API shows it. */
export interface HistoryEntry<Kind extends string = string> {
  kind: Kind;
  at: Date;
  /** When it happened, where a person said so; `at` is when it was written down. */
  occurredAt?: Date;
  actor: Actor;
  changes: readonly FieldChange[];
  /** The words of people that came with it. */
  remark: string | null;
  /** The record's version after it. Null for the events of other records about it, as comments. */
  version: number | null;
  /** Null while it is not in the log. */
  position: number | null;
}

/** Whose history is read. */
export interface HistoryRequest {
  subjectId: string;
  /** True: with internal events. */
  internal: boolean;
  /** Whose events are shown, beside those that are published. Left out: every event of the subject. */
  reach?: Reach;
  /** The events that lay in the outboxes before the log is read, in the order in which they will come into the log. */
  outbox: readonly HistoryEvent[];
}

/** How a noun's events are shown in its history. */
export interface HistoryView<Kind extends string> {
  /** The kind and changes of an event. Null for an event that this version of the service does not know: it has no entry. */
  read(event: HistoryEvent): Pick<HistoryEntry<Kind>, 'kind' | 'changes' | 'occurredAt'> | null;
  /** Those of the values in changes that the reader may not see, as numbers of other organizations' records. */
  hidden(values: readonly string[]): Promise<ReadonlySet<string>>;
}

/** Above every position of a log: where the places of the events that wait begin. */
const WAITING = 2 ** 52;
/**
 * Records of one kind whose outboxes a history reads at most. They wait for milliseconds; this many only where the log
 * stands still, and then the newest come into the history with it.
 */
const OUTBOXES_MAX = 200;

/** A page of a record's history as a connection. */
export async function historyConnection<Kind extends string>(
  history: { log: Log; asked: HistoryRequest },
  page: PageRequest,
  { read, hidden }: HistoryView<Kind>,
): Promise<Connection<HistoryEntry<Kind>>> {
  const { log, asked } = history;
  const found = await findHistory(log, asked, page);
  const rows = found.rows.flatMap((event) => {
    const told = read(event);
    return told ? [{ entry: entryOf(event, told, asked.subjectId), cursor: found.cursorOf(event) }] : [];
  });
  const values = new Set(
    rows.flatMap(({ entry }) => entry.changes.flatMap(({ from, to }) => [from ?? [], to ?? []].flat())),
  );
  const secret = values.size ? await hidden([...values]) : new Set<string>();
  const cursors = new Map(rows.map(({ entry, cursor }) => [withoutValues(entry, secret), cursor]));
  const shown = {
    ...found,
    rows: [...cursors.keys()],
    cursorOf: (entry: HistoryEntry<Kind>) => cursors.get(entry) ?? '',
  };
  return connection(shown, () => countHistory(log, asked));
}

/**
 * One page of a record's history in the order of the log, oldest first. Events that are not in the log yet stand at the end, so that
 * people read their own writes. A cursor is a position of the log, or names an event that waits, which is found in the log later.
 * Refuses BAD_USER_INPUT for a cursor of another list.
 */
export async function findHistory(log: Log, asked: HistoryRequest, page: PageRequest): Promise<Page<HistoryEvent>> {
  const list = listName('log', asked.subjectId);
  const { head, waiting } = await notLogged(log, asked);
  const placeOf = async (end: 'after' | 'before', open: number): Promise<number> => {
    const cursor = page[end];
    if (!cursor) return open;
    const [first, seq] = valuesIn(cursor, list, end);
    if (typeof first === 'number' && first > 0) return first;
    if (typeof first !== 'string' || typeof seq !== 'number') throw foreignCursor(end);
    const index = waiting.findIndex((event) => event.aggregate === first && event.seq === seq);
    if (index !== -1) return WAITING + index;
    const entry = await log.entries.findOne({ aggregate: first, seq, ...seenBy(asked) }, POSITION_ONLY);
    if (!entry) throw foreignCursor(end);
    return entry._id;
  };
  const [after, before] = await Promise.all([placeOf('after', 0), placeOf('before', Infinity)]);

  const logged: HistoryEvent[] = await log.entries
    .find(
      { ...seenBy(asked), _id: { $gt: after, $lt: before, $lte: head } },
      { sort: { _id: page.backward ? -1 : 1 }, limit: page.size + 1, maxTimeMS: OPERATION_MS_MAX },
    )
    .toArray();
  const fresh = waiting.filter((_event, index) => WAITING + index > after && WAITING + index < before);
  const found = page.backward ? [...fresh.reverse(), ...logged] : [...logged, ...fresh];
  return pageOf(found.slice(0, page.size + 1), page, ({ _id, aggregate, seq }) =>
    cursorTo(list, _id === undefined ? [aggregate, seq] : [_id]),
  );
}

/** How many entries a record's history has, exact up to COUNT_MAX. Null where counting took too long. */
export async function countHistory(log: Log, asked: HistoryRequest): Promise<number | null> {
  try {
    const { head, waiting } = await notLogged(log, asked);
    const logged = await log.entries.countDocuments(
      { ...seenBy(asked), _id: { $lte: head } },
      { limit: COUNT_MAX, maxTimeMS: OPERATION_MS_MAX },
    );
    return Math.min(logged + waiting.length, COUNT_MAX);
  } catch (error) {
    if (isTimeLimit(error)) return null;
    throw error;
  }
}

/** Records of one kind whose events belong to a history. */
export interface OutboxSource {
  collection: string;
  filter: object;
  /** The field by which the older record comes first. */
  oldestBy: string;
}

/** The events that wait in the outboxes of a history's records, in the order in which they will come into the log. */
export async function waitingIn(journal: Journal, sources: readonly OutboxSource[]): Promise<readonly HistoryEvent[]> {
  const outboxes = await Promise.all(
    sources.map(async ({ collection, filter, oldestBy }) => {
      const records = await journal.db
        .collection<Stored<Aggregate>>(collection)
        .find(
          { ...filter, dirty: true },
          {
            projection: { outbox: 1 },
            sort: { [oldestBy]: 1, _id: 1 },
            limit: OUTBOXES_MAX,
            maxTimeMS: OPERATION_MS_MAX,
          },
        )
        .toArray();
      return records.map(({ _id, outbox }) => outbox.map((event) => ({ ...event, aggregate: _id })));
    }),
  );
  return journal.order.merge(outboxes.flat());
}

/** The events of the outboxes that the log up to `head` does not hold. Entries behind `head` still count as waiting. */
async function notLogged(
  log: Log,
  { internal: withInternal, reach = 'ALL', outbox }: HistoryRequest,
): Promise<{ head: number; waiting: readonly HistoryEvent[] }> {
  if (!outbox.length) return { head: Infinity, waiting: [] };
  const last = await log.entries.findOne({}, { ...POSITION_ONLY, sort: { _id: -1 } });
  const head = last?._id ?? 0;
  const oldest = new Map(outbox.toReversed().map(({ aggregate, seq }) => [aggregate, seq]));
  const held = await log.entries
    .find(
      {
        $or: [...oldest].map(([aggregate, seq]) => ({ aggregate, seq: { $gte: seq } })),
        _id: { $lte: head },
      },
      { projection: { aggregate: 1, seq: 1 }, maxTimeMS: OPERATION_MS_MAX },
    )
    .toArray();
  const known = new Set(held.map(({ aggregate, seq }) => `${seq} ${aggregate}`));
  const waiting = outbox.filter(({ aggregate, seq }) => !known.has(`${seq} ${aggregate}`));
  const isShown = ({ type, internal, organizationId, data }: HistoryEvent) =>
    type !== NOTICE_DUE &&
    (withInternal || !internal) &&
    (reach === 'ALL' || reach.includes(organizationId) || data['published'] === true);
  return { head, waiting: waiting.filter(isShown) };
}

const POSITION_ONLY = { projection: { _id: 1 }, maxTimeMS: OPERATION_MS_MAX } as const;

/** The log entries of a history. Entries from before events named their subject name the record alone; each way has its index. */
function seenBy({ subjectId, internal, reach = 'ALL' }: HistoryRequest): mongo.Filter<LogEntry> {
  return {
    $or: [{ 'data.subject.id': subjectId }, { 'data.recordId': subjectId }],
    // A notice asks another service to tell somebody: nothing happened to the record.
    type: { $ne: NOTICE_DUE },
    ...(internal ? {} : { internal: false }),
    ...(reach === 'ALL'
      ? {}
      : { $and: [{ $or: [{ organizationId: { $in: [...reach] } }, { 'data.published': true }] }] }),
  };
}

function entryOf<Kind extends string>(
  { aggregate, at, actor, seq, personal, _id: position }: HistoryEvent,
  told: Pick<HistoryEntry<Kind>, 'kind' | 'changes' | 'occurredAt'>,
  subjectId: string,
): HistoryEntry<Kind> {
  const { remark, comment, text } = personal?.value ?? {};
  const said = [remark, comment, text].find((each) => typeof each === 'string');
  const version = aggregate === subjectId ? seq : null;
  return { ...told, at, actor, remark: said ?? null, version, position: position ?? null };
}

function withoutValues<Kind extends string>(
  entry: HistoryEntry<Kind>,
  secret: ReadonlySet<string>,
): HistoryEntry<Kind> {
  const shown = (value: string | null) => (value !== null && secret.has(value) ? null : value);
  return {
    ...entry,
    changes: entry.changes.map(({ field, from, to }) => ({ field, from: shown(from), to: shown(to) })),
  };
}
