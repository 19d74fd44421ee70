import { waitingIn, type HistoryRequest } from '@desk/kit/log/history';
import type { Log } from '@desk/kit/log/log';
import type { Foundation } from '@desk/kit/service/service';

/** The request for a record's history in the log. */
export interface RecordHistory {
  log: Log;
  asked: HistoryRequest;
}

/** Makes what asks for the histories of the records of a collection. */
export function historyOf({ journal, log }: Pick<Foundation, 'journal' | 'log'>, collection: string) {
  return async (id: string): Promise<RecordHistory> => {
    const outbox = await waitingIn(journal, [{ collection, filter: { _id: id }, oldestBy: 'createdAt' }]);
    return { log, asked: { subjectId: id, internal: false, outbox } };
  };
}
