import { upsertUnlessNewer, type Mirrored } from '@desk/kit/log/mirror';
import type { StreamEvent } from '@desk/kit/log/entry';
import { OPERATION_MS_MAX } from '@desk/kit/process/mongo';
import type { Foundation } from '@desk/kit/service/service';
import { readKnownRecord, type KnownRecord } from './visibility.ts';

/** What notifications know of the records of other services: enough to refuse following one that the viewer may not see. */
export interface RecordStore {
  /** Null for a record of which no event told yet. */
  find(id: string): Promise<KnownRecord | null>;
  /** Keeps what an event tells of its record, unless a newer one was kept. It is on disk once the checkpoint of the event's log has moved. */
  keep(event: StreamEvent): Promise<void>;
}

/** Opens the known records. */
export function openRecordStore({ journal }: Pick<Foundation, 'journal'>): RecordStore {
  const collection = journal.db.collection<Mirrored<KnownRecord>>('known_records', { writeConcern: { w: 1 } });
  return {
    find: (id) => collection.findOne({ _id: id }, { maxTimeMS: OPERATION_MS_MAX }),
    async keep(event) {
      const record = readKnownRecord(event);
      if (record) await upsertUnlessNewer<KnownRecord>(collection, event, record);
    },
  };
}
