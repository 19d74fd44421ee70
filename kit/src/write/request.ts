import { Refusal, type FieldProblem } from '../api/errors.ts';
import { InputCheck } from '../api/input.ts';
import { INSTANT_OUT_OF_RANGE, isGivenInstant } from '../api/scalars.ts';
import type { Viewer } from '../api/viewer.ts';
import { contentHash, derivedId, type NewId } from '../process/ids.ts';
import { LocalTimeProblem, instantOf } from '../time/local-time.ts';

/** A retry key: a hash of the principal, the operation and the caller's key, and a hash of the input. */
export interface RequestKey {
  key: string;
  hash: string;
}

/** What every write carries besides its own fields. */
export interface WriteInput {
  idempotencyKey?: string | null;
}

/** A change of a record that people decide on: it names the version that they saw. */
export interface ChangeInput extends WriteInput {
  id: string;
  expectedVersion?: number | null;
}

/** A time as the API takes it: exactly one of the two. */
export interface TimeInput {
  instant?: Date | null;
  local?: LocalTimeInput | null;
}

/** A time as a clock on the wall shows it in an IANA zone. */
export interface LocalTimeInput {
  time: string;
  timeZone: string;
}

const KEY_CHARACTERS_MAX = 200;

/**
 * The retry key of a write; null without one. The operation belongs to the key: under the same key, another mutation asks something
 * else. Refuses IDEMPOTENCY_KEY_REQUIRED for partner systems, and BAD_USER_INPUT.
 */
export function writeKey(viewer: Viewer, operation: string, input: WriteInput): RequestKey | null {
  const key = input.idempotencyKey ?? null;
  if (key === null) {
    if (viewer.kind !== 'CLIENT') return null;
    const message = 'Partner systems must send an `idempotencyKey` with each write, a new one for each request.';
    throw new Refusal('IDEMPOTENCY_KEY_REQUIRED', message);
  }
  const check = new InputCheck();
  check.line('input.idempotencyKey', key, KEY_CHARACTERS_MAX);
  check.done();
  return requestKey({ principal: viewer.id ?? '', operation, key }, input);
}

/** The retry key of a request; null when the caller gave none. */
export function requestKey(
  { principal, operation, key }: { principal: string; operation: string; key: string | null | undefined },
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

/**
 * The id of a new record. With a retry key it is derived from it, so that a repeated creation meets the first record; without one it
 * is new.
 */
export function newRecordId(
  { viewer, newId }: { viewer: Viewer; newId: NewId },
  prefix: string,
  { operation, input }: { operation: string; input: WriteInput },
): string {
  const { idempotencyKey: key } = input;
  return key ? derivedId(prefix, { principal: viewer.id ?? '', operation, key }) : newId(prefix);
}

/**
 * The instant that a client gave as such, or as a local time with its zone. Null when it gave none; undefined when what it gave names
 * none, with the reason in `check`. A local time that the zone skips or repeats is refused with its own code.
 */
export function instantIn(
  input: TimeInput | null | undefined,
  path: string,
  check: InputCheck,
): Date | null | undefined {
  if (!input) return null;
  const { instant, local } = input;
  if (instant != null && local == null) return instant;
  if (instant == null && local != null) return instantOfLocal(local, path, check);
  const of = ['instant', 'local'];
  check.problem(path, { code: 'EXACTLY_ONE', args: { of }, message: 'must give exactly one of instant and local.' });
  return undefined;
}

/** Refuses what the viewer may see and may not do. */
export function forbidden(message: string): Refusal {
  return new Refusal('FORBIDDEN', message);
}

function instantOfLocal({ time, timeZone }: LocalTimeInput, path: string, check: InputCheck): Date | undefined {
  try {
    const instant = instantOf({ local: time, timeZone });
    check.require(path, isGivenInstant(instant), INSTANT_OUT_OF_RANGE);
    return isGivenInstant(instant) ? instant : undefined;
  } catch (error) {
    if (!(error instanceof LocalTimeProblem)) throw error;
    const { code, message } = error;
    const candidates = error.candidates.map((each) => each.toISOString());
    const suggestion = error.suggestion?.toISOString() ?? '';
    switch (code) {
      case 'INVALID_LOCAL_TIME':
        check.problem(path, { code: 'INVALID_TIME', message });
        return undefined;
      case 'INVALID_TIME_ZONE':
      case 'TIME_ZONE_REQUIRED':
        check.problem(path, { code: 'INVALID_TIME_ZONE', message });
        return undefined;
      case 'AMBIGUOUS_LOCAL_TIME':
        throw refusedTime({ path, code, args: { candidates }, message });
      case 'NONEXISTENT_LOCAL_TIME':
        throw refusedTime({ path, code, args: { suggestion }, message });
    }
  }
}

/** The refusal of a local time that names no instant, or two. It says which do exist. */
function refusedTime(problem: FieldProblem & { code: 'AMBIGUOUS_LOCAL_TIME' | 'NONEXISTENT_LOCAL_TIME' }): Refusal {
  return new Refusal(problem.code, problem.message, { fields: [problem], ...problem.args });
}
