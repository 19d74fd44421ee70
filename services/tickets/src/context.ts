import type { Clock } from '@desk/kit/clock';
import type { NewId } from '@desk/kit/ids';
import type { Log } from '@desk/kit/log';
import type { Reach, Viewer } from '@desk/kit/viewer';
import type { Catalogue } from './catalogue.ts';
import type { Consequences } from './consequences.ts';
import type { DirectoryMirror } from './directory-mirror.ts';
import type { IncidentLoader } from './incident-loader.ts';
import type { ReferenceData } from './reference-data.ts';
import type { Sla } from './sla.ts';
import type { Store } from './store.ts';

/** What every resolver is given: who asks, what may be read, and what the service stands on. */
export interface TicketsContext {
  viewer: Viewer;
  requestId: string;
  reach: Reach;
  store: Store;
  incidents: IncidentLoader;
  clock: Clock;
  newId: NewId;
  sla: Sla;
  reference: ReferenceData;
  catalogue: Catalogue;
  directory: DirectoryMirror;
  consequences: Consequences;
  log: Log;
}
