import { Refusal } from './errors.ts';
import { contentHash } from './ids.ts';

/** A retry key: who asked what under which key, and a hash of what was asked. */
export interface RequestKey {
  key: string;
  hash: string;
}

/** The key of a caller's request; null when the caller gave none. */
export function requestKey(
  principal: string,
  operation: string,
  key: string | null | undefined,
  payload: unknown,
): RequestKey | null {
  return key ? { key: contentHash([principal, operation, key]), hash: contentHash(payload) } : null;
}

/** Refuses a key that stood for something else before. */
export function keyReused(): Refusal {
  return new Refusal(
    'IDEMPOTENCY_KEY_REUSED',
    'This idempotency key was used for another request. Use a new key for a new request.',
  );
}
