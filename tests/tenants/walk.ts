import { ruleOf } from './api-shape.ts';

/** A value in an answer, and where it stands. */
export interface Seen {
  /** `Type.field`. */
  coordinate: string;
  value: unknown;
  /** The record that holds it; null outside of records. */
  record: { type: string; id: string } | null;
  /** The rules that guard the way from the record to the value, its own field included. */
  rules: readonly string[];
}

type Given = Record<string, unknown>;

/** Walks the data of an answer: each field of each object once. Objects say their type; the root's is that of the operation. */
export function* walk(data: unknown, type = 'Query'): Generator<Seen> {
  if (isObject(data)) yield* fields({ ...data, __typename: type }, { record: null, rules: [] });
}

/** The records of an answer, each as it stands there. */
export function* recordsIn(data: unknown, isRecord: (type: string) => boolean): Generator<Given & { id: string }> {
  if (Array.isArray(data)) for (const each of data) yield* recordsIn(each, isRecord);
  if (!isObject(data)) return;
  if (isRecord(String(data['__typename'])) && typeof data['id'] === 'string') yield data as Given & { id: string };
  for (const value of Object.values(data)) yield* recordsIn(value, isRecord);
}

function* fields(object: Given, around: Pick<Seen, 'record' | 'rules'>): Generator<Seen> {
  const type = String(object['__typename']);
  const record = typeof object['id'] === 'string' ? { type, id: object['id'] } : null;
  for (const [name, value] of Object.entries(object)) {
    if (name === '__typename') continue;
    const coordinate = `${type}.${name}`;
    const rule = ruleOf(coordinate);
    const rules = [...(record ? [] : around.rules), ...(rule === null ? [] : [rule])];
    const seen = { coordinate, value, record: record ?? around.record, rules };
    yield seen;
    yield* below(value, seen);
  }
}

function* below(value: unknown, around: Seen): Generator<Seen> {
  if (Array.isArray(value)) for (const each of value) yield* below(each, around);
  else if (isObject(value)) yield* fields(value, around);
}

function isObject(value: unknown): value is Given {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value says anything: not null, no empty list and no empty page. */
export function tells(value: unknown): boolean {
  if (isObject(value) && Array.isArray(value['nodes'])) return value['nodes'].length > 0 || value['totalCount'] !== 0;
  return value !== null && value !== false && (!Array.isArray(value) || value.length > 0);
}
