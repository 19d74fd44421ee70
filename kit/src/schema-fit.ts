/**
 * The first place where a record differs from what its schema makes of it, as a path; null when they agree. Mongoose's
 * own check leaves out unknown fields and turns `'5'` into 5; the journal stores the record as it is, so neither may pass.
 * Missing, undefined and null are one: "not yet".
 */
export function findMisfit(record: unknown, cast: unknown, path = ''): string | null {
  if (record === null || record === undefined) return cast === null || cast === undefined ? null : path;
  if (record instanceof Date) return cast instanceof Date && cast.getTime() === record.getTime() ? null : path;
  if (Array.isArray(record)) {
    if (!Array.isArray(cast) || cast.length !== record.length) return path;
    return firstOf(record.keys(), (index) => findMisfit(record[index], cast[index], below(path, index)));
  }
  if (typeof record === 'object') {
    if (typeof cast !== 'object' || cast === null || cast instanceof Date || Array.isArray(cast)) return path;
    const made = cast as Record<string, unknown>;
    return firstOf(Object.entries(record), ([name, value]) => findMisfit(value, made[name], below(path, name)));
  }
  return Object.is(record, cast) ? null : path;
}

function firstOf<T>(items: Iterable<T>, find: (item: T) => string | null): string | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}

function below(path: string, name: string | number): string {
  return path ? `${path}.${name}` : String(name);
}
