import { createHash, randomFillSync } from 'node:crypto';
import type { Clock } from './clock.ts';

/** Fills a buffer with random bytes. An argument of everything that draws lots, so that tests can repeat a run. */
export type Random = (bytes: Uint8Array) => void;

/** The machine's randomness. */
export const systemRandom: Random = (bytes) => void randomFillSync(bytes);

/** So many random bytes as text, safe in addresses. */
export function randomText(random: Random, bytes: number): string {
  const buffer = Buffer.alloc(bytes);
  random(buffer);
  return buffer.toString('base64url');
}

/** Makes new ids: `<prefix>_<ULID>`, which sort by the time they were made. */
export type NewId = (prefix: string) => string;

/** A maker of ids over a clock and randomness. */
export function idMaker(clock: Clock, random: Random = systemRandom): NewId {
  return (prefix) => `${prefix}_${ulid(clock.now().getTime(), random)}`;
}

/**
 * The id that a retried creation meets again: the same for the same caller, operation and idempotency key, and for
 * nothing else. It has the shape of a ULID, so that clients cannot tell the two apart.
 */
export function derivedId(prefix: string, principal: string, operation: string, key: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([principal, operation, key]))
    .digest();
  return `${prefix}_${base32(digest.subarray(0, 16))}`;
}

/** A short name for a value: equal values give equal names. Keys are put in order first. */
export function contentHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('base64url');
}

/** JSON with the keys of every object in order, so that equal values give equal text. Undefined members are left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (member === null || typeof member !== 'object' || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function ulid(ms: number, random: Random): string {
  const bytes = new Uint8Array(16);
  random(bytes.subarray(6));
  for (let i = 5, rest = ms; i >= 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
  return base32(bytes);
}

/** 16 bytes as 26 characters: 130 bits, the first two of them zero. */
function base32(bytes: Uint8Array): string {
  let value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let text = '';
  for (let i = 0; i < 26; i++, value >>= 5n) text = CROCKFORD[Number(value & 31n)] + text;
  return text;
}
