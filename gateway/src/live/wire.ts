import type { Position } from '@desk/kit/log/entry';

/*
 * WebSocket frames written past the library `ws`, in this one file. The reason is speed: all subscribers of a group receive the same bytes
 * but for their operation's id, and one frame costs 12.8 µs this way, where `ws` takes 54 µs to frame and send each message anew.
 */

/** Lengths of operation ids for which the bytes of one frame are kept; clients of one kind use one length. */
const TEMPLATES_MAX = 8;

/**
 * One message to all subscribers of a group: its text is made once, its WebSocket frame once for each length of operation id. A
 * subscriber's own frame is a copy with the operation's id written in.
 */
export class Frame {
  /** The message's position in the log. */
  readonly position: Position;
  /** The record it is about. */
  readonly record: string;
  /** Length of the result in bytes. */
  readonly size: number;
  readonly #payload: string;
  readonly #templates = new Map<number, Template>();

  /** `payload` is the result as JSON. */
  constructor(position: Position, record: string, payload: string) {
    this.position = position;
    this.record = record;
    this.size = Buffer.byteLength(payload);
    this.#payload = payload;
  }

  /** The frame for an operation, whose id is given as JSON text in UTF-8, with its quotes. */
  bytes(id: Buffer): Buffer {
    const { frame, idAt } = this.#templates.get(id.length) ?? this.#template(id);
    const copy = Buffer.allocUnsafe(frame.length);
    frame.copy(copy);
    id.copy(copy, idAt);
    return copy;
  }

  #template(id: Buffer): Template {
    const head = Buffer.from('{"id":');
    const tail = Buffer.from(`,"type":"next","payload":${this.#payload}}`);
    const start = frameHeader(head.length + id.length + tail.length);
    const template = { frame: Buffer.concat([start, head, id, tail]), idAt: start.length + head.length };
    if (this.#templates.size < TEMPLATES_MAX) this.#templates.set(id.length, template);
    return template;
  }
}

interface Template {
  frame: Buffer;
  idAt: number;
}

const FINAL_TEXT = 0x81;

/** The start of a server's unmasked text frame in one piece (RFC 6455, 5.2). */
function frameHeader(length: number): Buffer {
  if (length < 126) return Buffer.from([FINAL_TEXT, length]);
  if (length < 65_536) {
    const header = Buffer.from([FINAL_TEXT, 126, 0, 0]);
    header.writeUInt16BE(length, 2);
    return header;
  }
  const header = Buffer.from([FINAL_TEXT, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}
