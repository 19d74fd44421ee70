/** Which algorithm runs, what it must survive, and which one mistake it contains. */
export interface Variant {
  /** `one node` leans on the order of its one journal; `replica set` confirms in the term of the read, everywhere. */
  code: 'one node' | 'replica set';
  /** With failovers a database may lose its newest writes while the processes that read them live on. */
  failovers: boolean;
  flaw: Flaw | null;
}

/** Each mistake the model knows. The last is none: a script that only a consumer without pull would need. */
export const FLAWS = {
  'ack without journal': 'a write is acknowledged before the journal holds it',
  'repeat ack without barrier': 'a retry that finds its key is acknowledged although the first try may not be durable',
  'no idempotency key': 'a retry is applied again',
  'event in a second document': 'the state is written first and its event after it',
  'trim before append': 'the outbox is emptied before the log has its events',
  'trim everything': 'the trim also removes events that came after the read',
  'no unique aggregate and seq': 'the log accepts the same event twice',
  'counter without unique index': 'a number is taken from a count, and nothing refuses it twice',
  'publish without barrier': 'what was just read from the log is sent before it is durable',
  'own cursor': 'the publisher trusts its saved cursor instead of the last id of the stream',
  'mark before publish': 'the publisher saves its own cursor before it sends',
  'no gap pull': 'the consumer takes what the stream has and asks nobody for what is missing',
  'gap seen at the front only': 'the consumer looks for a gap before the first event it read, and not between them',
  'pull without barrier': 'a pull is answered with entries that may not be durable',
  'checkpoint before effect': 'the consumer notes an event as done, then applies it',
  'no guard': 'the consumer applies an event without asking whether it is the next of its aggregate',
  'ack in another term': 'a write is confirmed by a primary that may never have seen it',
  'append in another term': 'the log grows from an outbox and a tail that may have been rolled back',
  'trim without barrier': 'the outbox is trimmed although the log entries may be rolled back',
  'skip without barrier': 'an entry that another drainer appended is taken as durable, and its outbox trimmed',
  'publish in another term': 'a read of the log is confirmed by a primary that may never have seen it',
  'checkpoint without barrier': 'the checkpoint is written although its effects may be rolled back',
  'barriers in any term': 'every barrier is there, and none asks whether the primary is the one that was read from',
  'contiguity check': 'a script refuses a position that does not follow the last of the stream',
} as const;

/** The name of one entry of `FLAWS`. */
export type Flaw = keyof typeof FLAWS;
