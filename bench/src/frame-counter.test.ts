import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { clientFrame, FrameCounter } from './frame-counter.ts';

/** What a counter saw, in order. */
function counted(pieces: readonly Buffer[], wantsText = false): unknown[] {
  const seen: unknown[] = [];
  const counter = new FrameCounter({
    wantsText: () => wantsText,
    text: (text) => seen.push(text ?? 'text'),
    ping: (payload) => seen.push(['ping', payload.toString()]),
    close: (code) => seen.push(['close', code]),
  });
  for (const piece of pieces) counter.push(piece);
  return seen;
}

function serverFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = length < 126 ? Buffer.from([0x80 | opcode, length]) : Buffer.alloc(length < 65_536 ? 4 : 10);
  if (length >= 126) head[0] = 0x80 | opcode;
  if (length >= 126) head[1] = length < 65_536 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

const text = (length: number) => serverFrame(1, Buffer.alloc(length, 'x'));

describe('counting frames', () => {
  it('finds every frame, however the bytes are cut', () => {
    const lengths = fc.array(fc.constantFrom(0, 1, 125, 126, 700, 65_535, 65_536), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(lengths, fc.array(fc.nat(140_000), { maxLength: 12 }), fc.boolean(), (frames, cuts, wantsText) => {
        const bytes = Buffer.concat(frames.map(text));
        const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
        const pieces = places.slice(1).map((place, index) => bytes.subarray(places[index], place));
        const expected = wantsText ? frames.map((length) => 'x'.repeat(length)) : frames.map(() => 'text');
        expect(counted(pieces, wantsText)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it('reports a ping with its payload, between messages', () => {
    const bytes = Buffer.concat([text(10), serverFrame(9, Buffer.from('are you there')), text(10)]);
    expect(counted([bytes])).toEqual(['text', ['ping', 'are you there'], 'text']);
  });

  it('reports a close with its code', () => {
    expect(counted([serverFrame(8, Buffer.from([0x11, 0x33]))])).toEqual([['close', 0x1133]]);
  });

  it('does not count a frame before its last byte', () => {
    const bytes = text(300);
    expect(counted([bytes.subarray(0, bytes.length - 1)])).toEqual([]);
  });

  it('refuses a masked frame, which no server sends', () => {
    expect(() => counted([Buffer.from([0x81, 0x85, 0, 0, 0, 0, 1, 2, 3, 4, 5])])).toThrow('masked');
  });
});

describe('a frame from a client', () => {
  it('says its length in two bytes from 126 bytes on, behind the masked bit', () => {
    const frame = clientFrame('text', Buffer.alloc(126, 'y'));
    expect([frame[1], frame.readUInt16BE(2), frame.length]).toEqual([0x80 | 126, 126, 134]);
  });

  it('carries its payload unchanged, since its mask is zeros', () => {
    expect(clientFrame('pong', Buffer.from('here')).subarray(6).toString()).toBe('here');
  });
});
