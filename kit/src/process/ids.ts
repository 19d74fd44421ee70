import { createHash, randomFillSync } from 'node:crypto';
import type { TimeSource } from '../time/time-source.ts';

/** Fills a buffer with random bytes. An argument wherever chance is needed, so that tests can repeat a run. */
export type Random = (bytes: Uint8Array) => void;

/** The machine's randomness. */
export const systemRandom: Random = (bytes) => void randomFillSync(bytes);

/** Random bytes as text that is safe in addresses. */
export function randomText(random: Random, bytes: number): string {
  const buffer = Buffer.alloc(bytes);
  random(buffer);
  return buffer.toString('base64url');
}

/** Makes new ids, `<prefix>_<ULID>`, which sort by the time at which they were made. */
export type NewId = (prefix: string) => string;

/** Makes ids of the time and of random bytes. */
export function idMaker(time: TimeSource, random: Random = systemRandom): NewId {
  return (prefix) => `${prefix}_${ulid(time.now().getTime(), random)}`;
}

/**
 * The id of a record that is created under an idempotency key: the same for the same principal, operation and key. It looks like a new
 * id.
 */
export function derivedId(
  prefix: string,
  { principal, operation, key }: { principal: string; operation: string; key: string },
): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([principal, operation, key]))
    .digest();
  return `${prefix}_${base32(digest.subarray(0, 16))}`;
}

/** A short name for a value: equal values have equal names, whatever the order of their members. Stored ones are compared, so it never changes. */
export function contentHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('base64url');
}

/** JSON with the members of every object in order, without undefined ones. New hashes use RFC 8785 instead (`hashedText`). */
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
