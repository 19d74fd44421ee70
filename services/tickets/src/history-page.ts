import type { Log } from '@desk/kit/log';
import { OPERATION_MS_MAX } from '@desk/kit/mongo';
import { cursorTo, foreignCursor, pageOf, valuesIn, type Page, type PageRequest } from '@desk/kit/page';
import type { HistoryEvent } from './history.ts';

/** Whose history is read. */
export interface HistoryRequest {
  incidentId: string;
  /** True: with internal events. */
  staff: boolean;
  /** What lay in the outboxes before the log is read, in the order in which it will come into the log. */
  outbox: readonly HistoryEvent[];
}

const LOG_ORDER = 'log';
/** Above every position of a log: where the places of the events that wait begin. */
const WAITING = 2 ** 52;

/**
 * One page of an incident's history in the order of the log, oldest first. What is not in the log yet stands at the end, so
 * that people read what they just wrote. A cursor is a position of the log; for an event that waits it names the event,
 * which is found in the log later. Refuses BAD_USER_INPUT for a cursor of another list.
 */
export async function findHistory(log: Log, asked: HistoryRequest, page: PageRequest): Promise<Page<HistoryEvent>> {
  const seen = { 'data.recordId': asked.incidentId, ...(asked.staff ? {} : { internal: false }) };
  const { head, waiting } = await notLogged(log, asked);
  const placeOf = async (end: 'after' | 'before', open: number): Promise<number> => {
    const cursor = page[end];
    if (!cursor) return open;
    const [first, seq] = valuesIn(cursor, LOG_ORDER, end);
    if (typeof first === 'number' && first > 0) return first;
    if (typeof first !== 'string' || typeof seq !== 'number') throw foreignCursor(end);
    const index = waiting.findIndex((event) => event.aggregate === first && event.seq === seq);
    if (index !== -1) return WAITING + index;
    const entry = await log.entries.findOne({ ...seen, aggregate: first, seq }, POSITION_ONLY);
    if (!entry) throw foreignCursor(end);
    return entry._id;
  };
  const [after, before] = await Promise.all([placeOf('after', 0), placeOf('before', Infinity)]);

  const logged: HistoryEvent[] = await log.entries
    .find(
      { ...seen, _id: { $gt: after, $lt: before, $lte: head } },
      { sort: { _id: page.backward ? -1 : 1 }, limit: page.size + 1, maxTimeMS: OPERATION_MS_MAX },
    )
    .toArray();
  const fresh = waiting.filter((_event, index) => WAITING + index > after && WAITING + index < before);
  const found = page.backward ? [...fresh.reverse(), ...logged] : [...logged, ...fresh];
  return pageOf(found.slice(0, page.size + 1), page, ({ _id, aggregate, seq }) =>
    cursorTo(LOG_ORDER, _id === undefined ? [aggregate, seq] : [_id]),
  );
}

/** The events of the outboxes that the log up to `head` does not hold. What lies behind `head` counts as waiting still. */
async function notLogged(
  log: Log,
  { staff, outbox }: HistoryRequest,
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
  return { head, waiting: waiting.filter(({ internal }) => staff || !internal) };
}

const POSITION_ONLY = { projection: { _id: 1 }, maxTimeMS: OPERATION_MS_MAX } as const;
