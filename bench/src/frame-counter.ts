/** Frames of one WebSocket, seen from the client, as they arrive in pieces. */
export interface FrameListener {
  /** A whole text frame. Its text is only there while `wantsText` says so: counting needs none. */
  text(text: string | null): void;
  /** A ping, which the server wants back. */
  ping(payload: Buffer): void;
  /** The server closed; the code is null when it gave none. */
  close(code: number | null): void;
  wantsText(): boolean;
}

const OPCODE = { text: 0x1, binary: 0x2, close: 0x8, ping: 0x9 } as const;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
/** No server of ours sends longer frames. */
const FRAME_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Counts frames without decoding them, so that a swarm of clients costs less than the server it measures. Takes the bytes
 * after the handshake, in any pieces. Throws at what a server never sends: fragments, masks, giant frames.
 */
export class FrameCounter {
  readonly #listener: FrameListener;
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes of the current text frame that are still to come, and are not kept. */
  #skip = 0;

  constructor(listener: FrameListener) {
    this.#listener = listener;
  }

  push(chunk: Buffer): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    if (this.#skip > 0) {
      at = Math.min(this.#skip, bytes.length);
      this.#skip -= at;
      if (this.#skip > 0) return;
      this.#listener.text(null);
    }
    for (;;) {
      const head = readHead(bytes, at);
      if (!head) break;
      const end = head.start + head.length;
      if (end > bytes.length) {
        if (head.opcode !== OPCODE.text || this.#listener.wantsText()) break;
        this.#skip = end - bytes.length;
        at = bytes.length;
        break;
      }
      this.#take(head.opcode, bytes.subarray(head.start, end));
      at = end;
    }
    bytes = bytes.subarray(at);
    // A copy, so that a small rest does not keep the whole chunk.
    this.#rest = bytes.length === 0 ? EMPTY : Buffer.from(bytes);
  }

  #take(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.text) this.#listener.text(this.#listener.wantsText() ? payload.toString('utf8') : null);
    else if (opcode === OPCODE.ping) this.#listener.ping(Buffer.from(payload));
    else if (opcode === OPCODE.close) this.#listener.close(payload.length >= 2 ? payload.readUInt16BE(0) : null);
  }
}

const EMPTY = Buffer.alloc(0);

/** The head of the frame at a place; null when it has not arrived yet. */
function readHead(bytes: Buffer, at: number): { opcode: number; start: number; length: number } | null {
  if (bytes.length < at + 2) return null;
  const first = bytes[at] ?? 0;
  const second = bytes[at + 1] ?? 0;
  const opcode = first & 0x0f;
  if ((first & 0x80) === 0 || opcode === 0) throw new Error('The server sent a fragment.');
  if ((second & 0x80) !== 0) throw new Error('The server sent a masked frame.');
  if (second < LENGTH_16) return { opcode, start: at + 2, length: second };
  const wide = second === LENGTH_64;
  const start = at + (wide ? 10 : 4);
  if (bytes.length < start) return null;
  const length = wide ? Number(bytes.readBigUInt64BE(at + 2)) : bytes.readUInt16BE(at + 2);
  if (length > FRAME_BYTES_MAX) throw new Error(`The server sent a frame of ${length} bytes.`);
  return { opcode, start, length };
}

/** A frame from a client, masked as the protocol wants it; the mask is zeros, which change nothing. */
export function clientFrame(opcode: 'text' | 'pong', payload: Buffer): Buffer {
  const wide = payload.length >= LENGTH_16;
  const head = Buffer.alloc((wide ? 4 : 2) + 4);
  head[0] = 0x80 | (opcode === 'text' ? OPCODE.text : 0xa);
  head[1] = 0x80 | (wide ? LENGTH_16 : payload.length);
  if (wide) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}
