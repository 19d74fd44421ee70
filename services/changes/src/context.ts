import type { RecordLoader } from '@desk/kit/api/loader';
import type { Reach, Viewer } from '@desk/kit/api/viewer';
import type { Comment, InternalNote } from '@desk/kit/conversation/message';
import type { Log } from '@desk/kit/log/log';
import type { Mirror, Mirrored } from '@desk/kit/log/mirror';
import type { NewId } from '@desk/kit/process/ids';
import type { TimeSource } from '@desk/kit/time/time-source';
import type { DirectoryRecords } from '@desk/schema/directory/events';
import type { Change } from './change/change.ts';
import type { Store } from './store.ts';
import type { Template } from './template/template.ts';

/** The context of every resolver: the viewer with its reach, and the parts of the service. */
export interface ChangesContext {
  viewer: Viewer;
  requestId: string;
  reach: Reach;
  store: Store;
  loaders: Loaders;
  templates: readonly Template[];
  time: TimeSource;
  newId: NewId;
  directory: Mirror<DirectoryRecords>;
  log: Log;
}

/** Records of one request by id. Changes are loaded within the viewer's reach; a message is seen by whoever sees its change. */
export interface Loaders {
  changes: RecordLoader<Change>;
  comments: RecordLoader<Comment>;
  notes: RecordLoader<InternalNote>;
  /** What the directory told of organizations and people. */
  organizations: RecordLoader<Mirrored<DirectoryRecords['organization']>>;
  people: RecordLoader<Mirrored<DirectoryRecords['person']>>;
}
