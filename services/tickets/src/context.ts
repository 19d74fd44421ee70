import type { RecordLoader } from '@desk/kit/api/loader';
import type { Reach, Viewer } from '@desk/kit/api/viewer';
import type { Comment, InternalNote } from '@desk/kit/conversation/message';
import type { Consequences } from '@desk/kit/log/consequences';
import type { Log } from '@desk/kit/log/log';
import type { Mirror } from '@desk/kit/log/mirror';
import type { NewId } from '@desk/kit/process/ids';
import type { TimeSource } from '@desk/kit/time/time-source';
import type { DirectoryRecords } from '@desk/schema/directory/events';
import type { Catalogue } from './catalogue/catalogue.ts';
import type { CatalogueItem } from './catalogue-item/catalogue-item.ts';
import type { Incident } from './incident/incident.ts';
import type { IncidentPort } from './incident/port.ts';
import type { ServiceRequest } from './service-request/service-request.ts';
import type { KnownError } from './known-error/known-error.ts';
import type { KnownErrorPort } from './known-error/port.ts';
import type { ProblemPort } from './problem/port.ts';
import type { Problem } from './problem/problem.ts';
import type { Sla } from './sla/sla.ts';
import type { Store } from './store.ts';

/** The context of every resolver: the viewer with its reach, and the parts of the service. */
export interface TicketsContext {
  viewer: Viewer;
  requestId: string;
  reach: Reach;
  store: Store;
  loaders: Loaders;
  incidents: IncidentPort;
  problems: ProblemPort;
  knownErrors: KnownErrorPort;
  time: TimeSource;
  newId: NewId;
  sla: Sla;
  catalogue: Catalogue;
  /** Every edition of the standard services. */
  items: readonly CatalogueItem[];
  directory: Mirror<DirectoryRecords>;
  consequences: Consequences;
  log: Log;
}

/** Records of one request by id, within the viewer's reach. */
export interface Loaders {
  incidents: RecordLoader<Incident>;
  comments: RecordLoader<Comment>;
  notes: RecordLoader<InternalNote>;
  requests: RecordLoader<ServiceRequest>;
  requestComments: RecordLoader<Comment>;
  requestNotes: RecordLoader<InternalNote>;
  problems: RecordLoader<Problem>;
  problemNotes: RecordLoader<InternalNote>;
  knownErrors: RecordLoader<KnownError>;
}
