import { Consumer, storedCheckpoint } from '@desk/kit/consumer';
import type { Position, StreamEvent } from '@desk/kit/event';
import { OPERATION_MS_MAX, isDuplicateKey } from '@desk/kit/mongo';
import type { Dependencies, Foundation } from '@desk/kit/service';
import type { mongo } from 'mongoose';

/** What a mirrored record is as of: the directory's log, and the version there. */
interface Mirrored {
  _id: string;
  epoch: number;
  seq: number;
}

/** What tickets know of an organization: enough to take its id or code, and to refuse one that is not there. */
export interface MirroredOrganization extends Mirrored {
  code: string;
  type: string;
  active: boolean;
}

/** What tickets know of a person: whether incidents can be given to her or him. */
export interface MirroredPerson extends Mirrored {
  active: boolean;
  roles: string[];
}

/**
 * The directory as far as tickets need it, kept by the directory's events in tickets' own database, so that no write
 * waits for another service. It lags by milliseconds; what it decides is only whom an incident is for and who works it.
 */
export interface DirectoryMirror {
  /** An organization by id or code. */
  findOrganization(idOrCode: string): Promise<MirroredOrganization | null>;
  findPerson(id: string): Promise<MirroredPerson | null>;
  /** Comes back when the mirror knows everything up to a position of the directory's log. */
  reached(position: Position): Promise<void>;
  stop(): Promise<void>;
}

/** Opens the mirror and begins to follow the directory. */
export async function openDirectoryMirror(foundation: Foundation, deps: Dependencies): Promise<DirectoryMirror> {
  const { db } = foundation.journal;
  const organizations = db.collection<MirroredOrganization>('mirrored_organizations');
  const people = db.collection<MirroredPerson>('mirrored_people');
  await organizations.createIndex({ code: 1 });

  const consumer = new Consumer({
    service: 'directory',
    stream: deps.stream,
    pull: deps.pull,
    checkpoint: storedCheckpoint(foundation.journal, 'directory'),
    logger: deps.logger,
    onReset: async ({ epoch }) => ({ epoch, pos: 0 }), // Every effect is guarded: reading all of it again is safe.
    async handle(event) {
      if (event.type.startsWith('organization.')) await apply(organizations, event, organizationOf(event));
      if (event.type.startsWith('person.')) await apply(people, event, personOf(event));
    },
  });

  return {
    findOrganization: (idOrCode) =>
      organizations.findOne(
        { $or: [{ _id: idOrCode }, { code: idOrCode.toUpperCase() }] },
        { maxTimeMS: OPERATION_MS_MAX },
      ),
    findPerson: (id) => people.findOne({ _id: id }, { maxTimeMS: OPERATION_MS_MAX }),
    reached: (position) => consumer.reached(position),
    stop: () => consumer.stop(),
  };
}

/** Sets a mirrored record unless a later event already did. What a log told that was restored since is no later one. */
async function apply<T extends Mirrored>(
  collection: mongo.Collection<T>,
  event: StreamEvent,
  record: T,
): Promise<void> {
  const { _id, ...fields } = record;
  const { epoch } = event.position;
  const older = [{ epoch: { $not: { $gte: epoch } } }, { epoch, seq: { $lt: event.seq } }];
  const filter = { _id, $or: older } as unknown as mongo.Filter<T>;
  const update = { $set: fields } as unknown as mongo.UpdateFilter<T>;
  try {
    await collection.updateOne(filter, update, { upsert: true });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error; // It is there, and as new.
  }
}

function organizationOf({ position, aggregate, seq, data }: StreamEvent): MirroredOrganization {
  return {
    _id: aggregate,
    epoch: position.epoch,
    seq,
    code: String(data['code']),
    type: String(data['type']),
    active: data['status'] === 'ACTIVE',
  };
}

function personOf({ position, aggregate, seq, data }: StreamEvent): MirroredPerson {
  const { epoch } = position;
  return {
    _id: aggregate,
    epoch,
    seq,
    active: data['active'] === true,
    roles: (data['roles'] as string[] | undefined) ?? [],
  };
}
