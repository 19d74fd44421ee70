/**
 * The durable write of `kit` as four kinds of process: requests, drainers, publishers and consumers.
 *
 * A process is a generator. It yields the name of what it will do next; what lies between two yields happens at once,
 * and anything may happen to it at a yield. Read the four from top to bottom: that is the path of one event.
 */
import type { Flaw, Variant } from './variant.ts';
import { Store, Stream } from './volatile-storage.ts';

/** What a client wants, once. Its key goes with every try. */
export interface Operation {
  kind: 'create' | 'change';
  aggregate: string;
  key: string;
}

/** One event; `seq` is the version of the aggregate that it made. */
interface Event {
  aggregate: string;
  seq: number;
  key: string;
}

/** An event in the log; `hash` covers the event and the hash before it. */
export interface LogEntry extends Event {
  position: number;
  previous: string;
  hash: string;
}

/** One document. Its state is `effects`: the keys of the operations it has taken, all that the checks need. */
export interface Aggregate {
  number: number;
  version: number;
  effects: readonly string[];
  idempotencyKeys: readonly string[];
  outbox: readonly Event[];
}

/** The producer's database. The log is in the order of positions. */
interface ProducerState {
  aggregates: ReadonlyMap<string, Aggregate>;
  log: readonly LogEntry[];
  cursor: number;
}

/** The consumer's database: per aggregate the keys it applied, in order. Their number is the last applied seq. */
interface ConsumerState {
  projection: ReadonlyMap<string, readonly string[]>;
  checkpoint: number;
}

/** All that the processes share. */
export interface World {
  variant: Variant;
  producer: Store<ProducerState>;
  consumer: Store<ConsumerState>;
  stream: Stream<LogEntry>;
}

/** A process: yields the name of its next step. */
export type Steps<Result> = Generator<string, Result, void>;

/** `try again` covers every uncertain end; the client keeps its key. */
export type Answer = 'acknowledged' | 'try again';

/** Taken once: Jest looks every global up in its sandbox. */
const { imul } = Math;

const WRITE_TRIES = 8;
const BATCH = 3;
/** Short, so that a consumer that lags finds its event gone and must pull. The real stream keeps 100,000. */
const STREAM_LENGTH = 4;
/** How far before the saved cursor an empty stream is filled again. The real publisher goes back 100,000. */
const REWIND = 1;

/** A world in which nothing has happened. */
export function emptyWorld(variant: Variant): World {
  return {
    variant,
    producer: new Store<ProducerState>({ aggregates: new Map(), log: [], cursor: 0 }),
    consumer: new Store<ConsumerState>({ projection: new Map(), checkpoint: 0 }),
    stream: new Stream<LogEntry>(STREAM_LENGTH),
  };
}

// ---- Write ---------------------------------------------------------------------------------------------------------

/** One try of an operation, on the producer's side. It works on when its client has stopped waiting. */
export function* request(world: World, operation: Operation): Steps<Answer> {
  return yield* operation.kind === 'create' ? create(world, operation) : change(world, operation);
}

/** The id comes from the key, so a retry meets the primary key. The insert itself allocates the number. */
function* create(world: World, { aggregate, key }: Operation): Steps<Answer> {
  const { producer, variant } = world;
  const counter = variant.flaw === 'counter without unique index';
  for (let tries = 0; tries < WRITE_TRIES; tries += 1) {
    yield 'read the highest number';
    const taken = numbersOf(producer.state);
    const number = (counter ? taken.length : Math.max(0, ...taken)) + 1;
    yield 'insert the aggregate';
    if (producer.state.aggregates.has(aggregate)) return yield* acknowledgeRepeat(world, aggregate, key);
    if (!counter && numbersOf(producer.state).includes(number)) continue;
    const empty: Aggregate = { number, version: 0, effects: [], idempotencyKeys: [], outbox: [] };
    return yield* writeAndAcknowledge(world, empty, { aggregate, seq: 1, key });
  }
  return 'try again';
}

/** A change that commutes with others: reads the version, and writes only if it still stands and the key is new. */
function* change(world: World, { aggregate, key }: Operation): Steps<Answer> {
  const { producer, variant } = world;
  for (let tries = 0; tries < WRITE_TRIES; tries += 1) {
    yield 'read the version';
    const version = producer.state.aggregates.get(aggregate)?.version;
    if (version === undefined) return 'try again';
    yield 'write if version and key allow it';
    const found = producer.state.aggregates.get(aggregate);
    const repeat = variant.flaw !== 'no idempotency key' && found?.idempotencyKeys.includes(key) === true;
    if (repeat) return yield* acknowledgeRepeat(world, aggregate, key);
    if (found?.version === version) {
      return yield* writeAndAcknowledge(world, found, { aggregate, seq: version + 1, key });
    }
  }
  return 'try again';
}

/** Writes in the step that found it allowed. State, version, key and event are one document, so none is there alone. */
function* writeAndAcknowledge(world: World, before: Aggregate, event: Event): Steps<Answer> {
  const { producer, variant } = world;
  const { term } = producer;
  const apart = variant.flaw === 'event in a second document';
  saveAggregate(producer, event.aggregate, {
    number: before.number,
    version: event.seq,
    effects: [...before.effects, event.key],
    idempotencyKeys: [...before.idempotencyKeys, event.key],
    outbox: apart ? before.outbox : [...before.outbox, event],
  });
  if (apart) {
    yield 'write the event';
    const found = producer.state.aggregates.get(event.aggregate);
    if (found) saveAggregate(producer, event.aggregate, { ...found, outbox: [...found.outbox, event] });
  }
  if (variant.flaw !== 'ack without journal') {
    yield 'wait until the write is durable';
    if (!heldDurable(world, producer, term)) return 'try again';
  }
  yield 'answer the client';
  return 'acknowledged';
}

/** The key is there, but the write that brought it may not be durable: confirm before answering. */
function* acknowledgeRepeat(world: World, aggregate: string, key: string): Steps<Answer> {
  const { producer, variant } = world;
  yield 'read again';
  const { term } = producer;
  if (producer.state.aggregates.get(aggregate)?.idempotencyKeys.includes(key) !== true) return 'try again';
  if (variant.flaw !== 'repeat ack without barrier' && variant.flaw !== 'ack without journal') {
    yield 'confirm the earlier write';
    if (!confirmed(world, { store: producer, term, careless: 'ack in another term' })) return 'try again';
  }
  yield 'answer the client';
  return 'acknowledged';
}

// ---- Drain ---------------------------------------------------------------------------------------------------------

/** Copies the outboxes to the log, in order, then trims them. Two drainers may run at once. */
export function* drainer(world: World): Steps<never> {
  const { producer, variant } = world;
  const careful = variant.code === 'replica set';
  rounds: for (;;) {
    yield 'read the outboxes';
    const { term } = producer;
    const read = [...producer.state.aggregates].filter(([, { outbox }]) => outbox.length > 0);
    if (read.length === 0) continue;
    if (variant.flaw === 'trim before append') yield* trim(world, read);
    let waiting = read.flatMap(([, { outbox }]) => outbox);
    while (waiting.length > 0) {
      yield 'read the tail of the log';
      const tail = producer.state.log.at(-1);
      if (careful && variant.flaw !== 'append in another term') {
        yield 'confirm outboxes and tail';
        if (!confirmed(world, { store: producer, term })) continue rounds;
      }
      const end = yield* insertMany(world, chain(tail, waiting));
      if (end === 'failed over') continue rounds;
      if (end === 'inserted') break;
      yield 'read which events the log lacks';
      waiting = waiting.filter((event) => !holds(producer.state.log, event));
    }
    if (careful && variant.flaw !== 'trim without barrier' && variant.flaw !== 'skip without barrier') {
      yield 'confirm the log entries';
      if (!confirmed(world, { store: producer, term })) continue;
    }
    if (variant.flaw !== 'trim before append') yield* trim(world, read);
  }
}

/** One ordered insert of many, on one primary. It stops at the first duplicate and waits for what it inserted. */
function* insertMany(world: World, entries: readonly LogEntry[]): Steps<'inserted' | 'duplicate' | 'failed over'> {
  const { producer, variant } = world;
  let sentInTerm: number | null = null;
  let inserted = 0;
  let duplicate = false;
  for (const entry of entries) {
    yield 'append to the log';
    sentInTerm ??= producer.term;
    if (sentInTerm !== producer.term) return 'failed over';
    const { log } = producer.state;
    const known = variant.flaw !== 'no unique aggregate and seq' && holds(log, entry);
    duplicate = known || log.some(({ position }) => position === entry.position);
    if (duplicate) break;
    producer.write({ log: [...log, entry].sort((a, b) => a.position - b.position) });
    inserted += 1;
  }
  if (variant.code === 'replica set' && variant.flaw !== 'trim without barrier' && inserted > 0) {
    yield 'wait until the entries are durable';
    if (!heldDurable(world, producer, sentInTerm ?? producer.term)) return 'failed over';
  }
  return duplicate ? 'duplicate' : 'inserted';
}

/** Removes what was copied and nothing newer. */
function* trim({ producer, variant }: World, read: readonly (readonly [string, Aggregate])[]): Steps<void> {
  for (const [id, { outbox }] of read) {
    yield 'trim the outbox';
    const found = producer.state.aggregates.get(id);
    if (!found) continue;
    const copied = outbox.at(-1)?.seq ?? 0;
    const rest = variant.flaw === 'trim everything' ? [] : found.outbox.filter(({ seq }) => seq > copied);
    if (rest.length < found.outbox.length) saveAggregate(producer, id, { ...found, outbox: rest });
  }
}

// ---- Publish -------------------------------------------------------------------------------------------------------

/** Sends the log to the stream. The stream itself says what is next, so nothing else can be wrong about it. */
export function* publisher(world: World): Steps<never> {
  const { producer, stream, variant } = world;
  const ownCursor = variant.flaw === 'own cursor' || variant.flaw === 'mark before publish';
  for (;;) {
    yield 'read the last id of the stream';
    const { cursor } = producer.state;
    const next = ownCursor ? cursor + 1 : stream.last > 0 ? stream.last + 1 : Math.max(1, cursor - REWIND);
    yield 'read the log';
    const { term } = producer;
    const entries = consecutive(producer.state.log, next);
    const end = entries.at(-1)?.position;
    if (end === undefined) continue;
    if (variant.flaw === 'mark before publish') yield* saveCursor(world, end);
    if (variant.flaw !== 'publish without barrier') {
      yield 'confirm the log entries read';
      if (!confirmed(world, { store: producer, term, careless: 'publish in another term' })) continue;
    }
    for (const entry of entries) {
      yield 'add to the stream';
      const follows = stream.last === 0 || entry.position === stream.last + 1;
      if (variant.flaw !== 'contiguity check' || follows) stream.add(entry); // Refused: another publisher sent it.
    }
    yield* saveCursor(world, end);
  }
}

function* saveCursor({ producer }: World, position: number): Steps<void> {
  yield 'save the cursor';
  if (position > producer.state.cursor) producer.write({ cursor: position });
}

// ---- Consume -------------------------------------------------------------------------------------------------------

/** Applies the events after its checkpoint, each at most once, then moves the checkpoint. */
export function* consumer(world: World): Steps<never> {
  const { consumer: target, stream, variant } = world;
  const careful = variant.code === 'replica set' && variant.flaw !== 'checkpoint without barrier';
  for (;;) {
    yield 'read the checkpoint';
    const { term, state } = target;
    const next = state.checkpoint + 1;
    yield 'read the stream';
    const taken = yield* whatFollows(world, stream.after(state.checkpoint, BATCH), next);
    const end = taken.at(-1)?.position;
    if (end === undefined) continue;
    if (variant.flaw === 'checkpoint before effect') yield* saveCheckpoint(world, end);
    for (const event of taken) {
      yield 'apply the event';
      const applied = target.state.projection.get(event.aggregate) ?? [];
      if (applied.length !== event.seq - 1 && variant.flaw !== 'no guard') continue;
      target.write({ projection: replaced(target.state.projection, event.aggregate, [...applied, event.key]) });
    }
    if (careful) {
      yield 'confirm the effects';
      if (!confirmed(world, { store: target, term })) continue;
    }
    yield* saveCheckpoint(world, end);
  }
}

/** The events from `next` on without a hole: from the stream, or from the producer where the stream lacks the first. */
function* whatFollows(world: World, seen: LogEntry[] | null, next: number): Steps<LogEntry[]> {
  const { flaw } = world.variant;
  if (flaw === 'no gap pull') return seen ?? [];
  if (seen?.length === 0) return [];
  if (seen?.[0]?.position !== next) return yield* pull(world, next);
  return flaw === 'gap seen at the front only' ? seen : consecutive(seen, next);
}

/** Asks the producer for what the stream has not. The producer confirms before it answers, as before it sends. */
function* pull(world: World, next: number): Steps<LogEntry[]> {
  const { producer, variant } = world;
  yield 'pull from the log';
  const { term, restarts, state } = producer;
  const entries = consecutive(state.log, next);
  if (variant.flaw !== 'pull without barrier') {
    yield 'confirm the log entries pulled';
    if (producer.restarts !== restarts || !confirmed(world, { store: producer, term })) return [];
  }
  return entries;
}

function* saveCheckpoint({ consumer: target }: World, position: number): Steps<void> {
  yield 'save the checkpoint';
  if (position > target.state.checkpoint) target.write({ checkpoint: position });
}

// ---- What the four share -------------------------------------------------------------------------------------------

/** `w: majority, j: true`: the answer to a write of one's own. A server gives it only in the term of the write. */
function heldDurable({ variant }: World, store: Flushable, term: number): boolean {
  if (variant.code === 'replica set' && variant.flaw !== 'ack in another term' && store.term !== term) return false;
  store.flush();
  return true;
}

/**
 * The barrier: true when all that was read in `term` is durable. It is a durable write itself, so after a failover it
 * says nothing about an earlier read. The code for one node does not ask, nor does the code with the `careless` flaw.
 */
function confirmed(
  { variant }: World,
  { store, term, careless }: { store: Flushable; term: number; careless?: Flaw },
): boolean {
  const asks = variant.code === 'replica set' && variant.flaw !== careless && variant.flaw !== 'barriers in any term';
  if (asks && store.term !== term) return false;
  store.flush();
  return true;
}

type Flushable = Pick<Store<object>, 'term' | 'flush'>;

function saveAggregate(producer: Store<ProducerState>, id: string, aggregate: Aggregate): void {
  producer.write({ aggregates: replaced(producer.state.aggregates, id, aggregate) });
}

function replaced<Value>(map: ReadonlyMap<string, Value>, key: string, value: Value): ReadonlyMap<string, Value> {
  return new Map(map).set(key, value);
}

function numbersOf(state: ProducerState): number[] {
  return [...state.aggregates.values()].map(({ number }) => number);
}

function holds(log: readonly LogEntry[], { aggregate, seq }: Event): boolean {
  return log.some((entry) => entry.aggregate === aggregate && entry.seq === seq);
}

/** At most `BATCH` entries from position `next` on, without a hole. */
function consecutive(entries: readonly LogEntry[], next: number): LogEntry[] {
  const from = entries.filter(({ position }) => position >= next).slice(0, BATCH);
  return from.filter(({ position }, index) => position === next + index);
}

function chain(tail: LogEntry | undefined, events: readonly Event[]): LogEntry[] {
  let position = tail?.position ?? 0;
  let previous = tail?.hash ?? '';
  return events.map(({ aggregate, seq, key }) => {
    position += 1;
    const entry = { position, aggregate, seq, key, previous, hash: chainHash(previous, { aggregate, seq, key }) };
    previous = entry.hash;
    return entry;
  });
}

/** FNV-1a over the hash before and the event: enough to see a broken chain, cheap enough to run a million times. */
export function chainHash(previous: string, { aggregate, seq, key }: Event): string {
  let hash = 0x811c9dc5;
  for (const character of `${previous}|${aggregate}|${seq}|${key}`) {
    hash = imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash.toString(16);
}
