import { OPERATION_MS_MAX } from '@desk/kit/process/mongo';
import { DataProblem, referenceTo, type Versioned } from '@desk/kit/time/data-file';
import type { Migration } from '@desk/kit/write/migration';
import type { mongo } from 'mongoose';

/** What the data files hold by version, and which clocks name it. A request's clock names its catalogue item in place of a policy. */
const KINDS = {
  calendar: {
    file: 'calendars.yaml',
    id: 'calendarId',
    version: 'calendarVersion',
    namedIn: ['incidents', 'service_requests'],
  },
  policy: { file: 'sla-policies.yaml', id: 'policyId', version: 'policyVersion', namedIn: ['incidents'] },
} as const;

type Kind = keyof typeof KINDS;

/** The versions of each kind in a service's data files. */
export type OwnVersions = Readonly<Record<Kind, readonly Versioned[]>>;

/** A version that clocks may name: some process of the service had it. */
interface StoredVersion extends Versioned {
  _id: string;
  kind: Kind;
}

/**
 * Keeps the versions that this process begins clocks with, and looks for those that others did. A version that clocks name and that is older than
 * the process's own data is missing: throws DataProblem, and the service does not start. Returns those that a newer process brought, or
 * whose id the files do not know.
 */
export async function checkStoredVersions(db: mongo.Db, own: OwnVersions): Promise<string[]> {
  const stored = db.collection<StoredVersion>(COLLECTION);
  const known = await stored.find({}, { maxTimeMS: OPERATION_MS_MAX }).toArray();
  const strange = known.filter(({ kind, ...each }) => !own[kind].some((mine) => same(mine, each)));
  const [missing, newer]: [StoredVersion[], StoredVersion[]] = [[], []];
  for (const each of strange) {
    const isOlder = own[each.kind].some(({ id, version }) => id === each.id && version > each.version);
    if (!isOlder) newer.push(each);
    else if (await isNamed(db, each)) missing.push(each);
    else await stored.deleteOne({ _id: each._id });
  }
  if (missing.length)
    throw new DataProblem(
      missing.map(
        (each) =>
          `${KINDS[each.kind].file}: must have ${referenceTo(each)}, because stored clocks name it: a version in use is never removed`,
      ),
    );
  await keep(stored, own);
  return newer.map(referenceTo);
}

/** Keeps the versions that the clocks of before name. */
export const STORED_VERSIONS_MIGRATION: Migration = {
  name: 'the versions that clocks name are kept',
  async run(db) {
    const stored = db.collection<StoredVersion>(COLLECTION);
    for (const [kind, { id, version, namedIn }] of Object.entries(KINDS)) {
      for (const collection of namedIn) {
        const named = db
          .collection(collection)
          .aggregate<{ _id: Versioned }>([
            { $unwind: '$clocks' },
            { $group: { _id: { id: `$clocks.${id}`, version: `$clocks.${version}` } } },
          ]);
        const found = (await named.toArray()).map(({ _id }) => _id);
        await keep(stored, { calendar: [], policy: [], [kind]: found });
      }
    }
  },
};

const COLLECTION = 'reference_versions';

async function keep(stored: mongo.Collection<StoredVersion>, versions: OwnVersions): Promise<void> {
  for (const kind of Object.keys(KINDS) as Kind[]) {
    for (const { id, version } of versions[kind]) {
      const _id = `${kind} ${referenceTo({ id, version })}`;
      await stored.updateOne({ _id }, { $setOnInsert: { kind, id, version } }, { upsert: true });
    }
  }
}

/** True when a stored clock names the version. It reads whole collections, and only where a version is gone from the files. */
async function isNamed(db: mongo.Db, { kind, id, version }: StoredVersion): Promise<boolean> {
  const names = KINDS[kind];
  const clock = { [names.id]: id, [names.version]: version };
  for (const collection of names.namedIn)
    if (await db.collection(collection).findOne({ clocks: { $elemMatch: clock } })) return true;
  return false;
}

function same(a: Versioned, b: Versioned): boolean {
  return a.id === b.id && a.version === b.version;
}
