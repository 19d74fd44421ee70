import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import mongoose from 'mongoose';
import { journalMajority } from './write-concern.ts';

const { BSON } = mongoose.mongo;

type Document = Record<string, unknown>;

/** A wire message (OP_MSG) of a command, after a sequence of documents where rows are given. */
function buildMessage(command: Document, { rows = [], flags = 0 }: { rows?: Document[]; flags?: number } = {}): Buffer {
  const sequence = Buffer.concat([Buffer.from('documents\0'), ...rows.map((row) => BSON.serialize(row))]);
  const sequenceHead = Buffer.alloc(5, 1);
  sequenceHead.writeInt32LE(4 + sequence.length, 1);
  const message = Buffer.concat([
    Buffer.alloc(20),
    ...(rows.length > 0 ? [sequenceHead, sequence] : []),
    Buffer.alloc(1),
    BSON.serialize(command, { ignoreUndefined: false }),
  ]);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(2013, 12);
  message.writeUInt32LE(flags, 16);
  return message;
}

function commandOf(message: Buffer, bodyAt = 21): Document {
  expect(message.readInt32LE(0)).toBe(message.length);
  return BSON.deserialize(message.subarray(bodyAt));
}

const everyType: Document = {
  double: 1.5,
  text: 'é',
  document: { a: [1, { writeConcern: { w: 'majority' } }] },
  binary: new BSON.Binary(Buffer.from([1, 2, 3])),
  id: new BSON.ObjectId('0123456789abcdef01234567'),
  yes: true,
  date: new Date(0),
  nothing: null,
  expression: new BSON.BSONRegExp('a.b', 'i'),
  pointer: new BSON.DBRef('rows', new BSON.ObjectId('0123456789abcdef01234567')),
  code: new BSON.Code('x'),
  scoped: new BSON.Code('x', { a: 1 }),
  symbol: new BSON.BSONSymbol('s'),
  int: 1,
  timestamp: new BSON.Timestamp({ t: 1, i: 2 }),
  long: BSON.Long.fromNumber(2 ** 40),
  decimal: BSON.Decimal128.fromString('1.5'),
  min: new BSON.MinKey(),
  max: new BSON.MaxKey(),
};

test.each([{ w: 'majority', j: true }, { w: 'majority' }])('%j becomes one member and its journal', (writeConcern) => {
  const message = buildMessage({ insert: 'rows', writeConcern, $db: 'x' });
  expect(commandOf(journalMajority(message))).toEqual({ insert: 'rows', writeConcern: { w: 1, j: true }, $db: 'x' });
});

test('a time limit of a write concern stays', () => {
  const message = buildMessage({ insert: 'rows', writeConcern: { w: 'majority', wtimeout: 500, j: true } });
  expect(commandOf(journalMajority(message))['writeConcern']).toEqual({ wtimeout: 500, w: 1, j: true });
});

test.each([{ w: 1, j: true }, { w: 'majority', j: false }, { w: 0 }, { w: 'major' }, {}])(
  '%j stays',
  (writeConcern) => {
    const message = buildMessage({ insert: 'rows', writeConcern });
    expect(journalMajority(message)).toBe(message);
  },
);

test('a row that holds a write concern is stored as it is', () => {
  const message = buildMessage({ insert: 'rows', documents: [{ writeConcern: { w: 'majority' } }] });
  expect(journalMajority(message)).toBe(message);
});

test('every type of value may stand beside the write concern', () => {
  const message = buildMessage({ ...everyType, writeConcern: { w: 'majority' }, last: 1 });
  const expected = buildMessage({ ...everyType, writeConcern: { w: 1, j: true }, last: 1 });
  expect(journalMajority(message).equals(expected)).toBe(true);
});

test('the command is found behind its rows', () => {
  const rows = [{ a: 1 }, { writeConcern: { w: 'majority' } }];
  const message = buildMessage({ insert: 'rows', writeConcern: { w: 'majority' } }, { rows });
  const expected = buildMessage({ insert: 'rows', writeConcern: { w: 1, j: true } }, { rows });
  expect(journalMajority(message).equals(expected)).toBe(true);
});

test('a message with a checksum stays, because a change would break it', () => {
  const message = buildMessage({ insert: 'rows', writeConcern: { w: 'majority' } }, { flags: 1 });
  expect(journalMajority(message)).toBe(message);
});

test('a message of another kind stays', () => {
  const message = buildMessage({ insert: 'rows', writeConcern: { w: 'majority' } });
  message.writeInt32LE(2004, 12);
  expect(journalMajority(message)).toBe(message);
});

test('a damaged message is refused, or comes back with its true length, and never hangs', () => {
  const sound = buildMessage({ ...everyType, writeConcern: { w: 'majority', j: true } });
  fc.assert(
    fc.property(
      fc.nat(sound.length - 1),
      fc.nat(255),
      fc.integer({ min: 4, max: sound.length }),
      (at, byte, length) => {
        const damaged = Buffer.from(sound.subarray(0, length));
        if (at < damaged.length) damaged[at] = byte;
        const answer = attempt(() => journalMajority(damaged));
        return answer === null || answer === damaged || answer.readInt32LE(0) === answer.length;
      },
    ),
    { numRuns: 2_000 },
  );
});

function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}
