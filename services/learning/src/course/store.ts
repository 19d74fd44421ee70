import { DURABLE, OPERATION_MS_MAX, isDuplicateKey } from '@desk/kit/process/mongo';
import type { Foundation } from '@desk/kit/service/service';
import { createHash } from 'node:crypto';
import type { Course, Keys } from './course.ts';

/** The courses: those that new learners get, and every edition that somebody learned by. */
export interface Shelf {
  /** The present editions, in their order. */
  current: readonly Course[];
  /** One edition. Null where there is none. */
  edition(id: string, version: number): Promise<Course | null>;
  /** The keys of an edition. Only the scoring of an attempt reads them. */
  keys(id: string, version: number): Promise<Keys>;
}

/** An edition as it is stored. The keys lie in another collection, which no type of the API reaches. */
interface StoredEdition {
  _id: string;
  hash: string;
  course: Course;
}
interface StoredKeys {
  _id: string;
  keys: Keys;
}

/** Puts the present editions on the shelf. Throws where an edition was published with another content: its version must be raised. */
export async function openShelf(
  { journal }: Pick<Foundation, 'journal'>,
  read: readonly { course: Course; keys: Keys }[],
): Promise<Shelf> {
  const editions = journal.db.collection<StoredEdition>('editions');
  const keysOf = journal.db.collection<StoredKeys>('answer_keys');
  for (const { course, keys } of read) {
    const _id = nameOf(course.id, course.version);
    const hash = createHash('sha256').update(JSON.stringify({ course, keys })).digest('hex');
    // The keys first: an edition that is there has them.
    await insertOnce(() => keysOf.insertOne({ _id, keys }, DURABLE));
    await insertOnce(() => editions.insertOne({ _id, hash, course }, DURABLE));
    const published = await editions.findOne({ _id }, { projection: { hash: 1 }, maxTimeMS: OPERATION_MS_MAX });
    if (published?.hash !== hash)
      throw new Error(
        `The course ${course.id} was published as version ${course.version} with another content. Raise its version in data/courses/${course.id}/course.yaml.`,
      );
  }
  const current = read.map(({ course }) => course);
  const known = new Map(current.map((course) => [nameOf(course.id, course.version), course]));
  return {
    current,
    async edition(id, version) {
      const name = nameOf(id, version);
      const found = known.get(name) ?? (await editions.findOne({ _id: name }, { maxTimeMS: OPERATION_MS_MAX }))?.course;
      if (found) known.set(name, found);
      return found ?? null;
    },
    async keys(id, version) {
      const found = await keysOf.findOne({ _id: nameOf(id, version) }, { maxTimeMS: OPERATION_MS_MAX });
      if (!found) throw new Error(`The edition ${nameOf(id, version)} has no keys.`);
      return found.keys;
    },
  };
}

function nameOf(id: string, version: number): string {
  return `${id}.${version}`;
}

async function insertOnce(insert: () => Promise<unknown>): Promise<void> {
  try {
    await insert();
  } catch (error) {
    if (!isDuplicateKey(error)) throw error; // It is there.
  }
}
