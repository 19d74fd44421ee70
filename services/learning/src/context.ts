import type { RecordLoader } from '@desk/kit/api/loader';
import type { Viewer } from '@desk/kit/api/viewer';
import type { Log } from '@desk/kit/log/log';
import type { TimeSource } from '@desk/kit/time/time-source';
import type { Attempt } from './attempt/attempt.ts';
import type { AttemptPort } from './attempt/port.ts';
import type { Shelf } from './course/store.ts';
import type { Enrolment } from './enrolment/enrolment.ts';
import type { Store } from './store.ts';

/** The context of every resolver: the viewer, and the parts of the service. Who may read what is asked of the policies. */
export interface LearningContext {
  viewer: Viewer;
  requestId: string;
  store: Store;
  shelf: Shelf;
  attempts: AttemptPort;
  loaders: Loaders;
  time: TimeSource;
  log: Log;
  /** Items in an order of chance. */
  shuffled: <Item>(items: readonly Item[]) => Item[];
}

/** Records of one request by id, of whomever they are. */
export interface Loaders {
  enrolments: RecordLoader<Enrolment>;
  attempts: RecordLoader<Attempt>;
}
