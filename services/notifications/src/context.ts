import type { RecordLoader } from '@desk/kit/api/loader';
import type { Viewer } from '@desk/kit/api/viewer';
import type { Log } from '@desk/kit/log/log';
import type { NewId } from '@desk/kit/process/ids';
import type { TimeSource } from '@desk/kit/time/time-source';
import type { Follow } from './follow/follow.ts';
import type { ReadMark } from './notification/acts.ts';
import type { Notification } from './notification/notification.ts';
import type { KnownPerson } from './person/person.ts';
import type { PersonStore } from './person/store.ts';
import type { SignUp } from './sign-up/sign-up.ts';
import type { Store } from './store.ts';

/** The context of every resolver: the viewer, and the parts of the service. Everything that it reads is the viewer's own. */
export interface NotificationsContext {
  viewer: Viewer;
  requestId: string;
  store: Store;
  people: PersonStore;
  loaders: Loaders;
  /** What the viewer marked as read together, read once for each request. Null where that never happened. */
  readMark: () => Promise<ReadMark | null>;
  time: TimeSource;
  newId: NewId;
  log: Log;
}

/** Records of one request by id, of whomever they are. */
export interface Loaders {
  notifications: RecordLoader<Notification>;
  follows: RecordLoader<Follow>;
  signUps: RecordLoader<SignUp>;
  /** What decides whether the viewer may know who acted. */
  people: RecordLoader<Pick<KnownPerson, 'organizationIds'> & { _id: string; staff: boolean }>;
}
