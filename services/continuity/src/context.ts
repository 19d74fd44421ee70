import type { RecordLoader } from '@desk/kit/api/loader';
import type { Reach, Viewer } from '@desk/kit/api/viewer';
import type { Log } from '@desk/kit/log/log';
import type { Mirror } from '@desk/kit/log/mirror';
import type { NewId } from '@desk/kit/process/ids';
import type { TimeSource } from '@desk/kit/time/time-source';
import type { DirectoryRecords } from '@desk/schema/directory/events';
import type { ContinuityEvent } from './continuity-event/continuity-event.ts';
import type { CriticalService } from './critical-service/critical-service.ts';
import type { Acknowledgement, SituationReport } from './report/report.ts';
import type { Store } from './store.ts';

/** The context of every resolver: the viewer with its reach, and the parts of the service. */
export interface ContinuityContext {
  viewer: Viewer;
  requestId: string;
  reach: Reach;
  store: Store;
  loaders: Loaders;
  criticalServices: readonly CriticalService[];
  time: TimeSource;
  newId: NewId;
  directory: Mirror<DirectoryRecords>;
  log: Log;
}

/** Records of one request by id, within the viewer's reach. */
export interface Loaders {
  events: RecordLoader<ContinuityEvent>;
  reports: RecordLoader<SituationReport>;
  acknowledgements: RecordLoader<Acknowledgement>;
}
