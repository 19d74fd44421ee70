import { recordLoader, type RecordLoader } from '@desk/kit/api/loader';
import type { RequestContext } from '@desk/kit/api/subgraph';
import type { Reach, Viewer } from '@desk/kit/api/viewer';
import type { Log } from '@desk/kit/log/log';
import type { NewId } from '@desk/kit/process/ids';
import type { TimeSource } from '@desk/kit/time/time-source';
import type { AgentAuthorization } from './authorization/authorization.ts';
import { sidesSeen } from './authorization/policy.ts';
import type { Guard } from './guard/store.ts';
import type { Organization } from './organization/organization.ts';
import { ownOrganizations, reachOfDirectory } from './organization/policy.ts';
import { organizationLoader } from './organization/store.ts';
import type { Person } from './person/person.ts';
import type { Service } from './service/service.ts';
import type { Store } from './store.ts';

/** The context of every resolver: the viewer, the organizations that the viewer sees, and the parts of the service. */
export interface DirectoryContext extends Standing {
  viewer: Viewer;
  requestId: string;
  /** The organizations whose people the viewer sees. */
  reach: Reach;
  /** All organizations that the viewer sees, with the other sides of authorizations: asks the store at most once a request. */
  wholeReach: () => Promise<Reach>;
  organizations: RecordLoader<Organization>;
  people: RecordLoader<Person>;
  services: RecordLoader<Service>;
  authorizations: RecordLoader<AgentAuthorization>;
  /** Both sides of authorizations that the viewer sees, whatever else the viewer sees of them. */
  sides: RecordLoader<Organization>;
  guard: Guard;
}

/** The parts of the service. */
interface Standing {
  store: Store;
  time: TimeSource;
  log: Log;
  newId: NewId;
}

/** The context of one request. */
export function contextOf({ viewer, requestId }: RequestContext, standing: Standing): DirectoryContext {
  const { store, time } = standing;
  const reach = reachOfDirectory(viewer);
  const own = ownOrganizations(viewer);
  let whole: Promise<Reach> | null = null;
  const wholeReach = () => (whole ??= widened());
  const widened = async (): Promise<Reach> => {
    if (reach === 'ALL' || !own.length) return reach;
    return [...new Set([...reach, ...(await store.counterpartiesOf(own, time.now()))])];
  };
  return {
    ...standing,
    viewer,
    requestId,
    reach,
    wholeReach,
    organizations: organizationLoader(store, reach, wholeReach),
    people: recordLoader((ids) => store.peopleById(reach, ids)),
    services: store.serviceLoader(),
    authorizations: recordLoader((ids) => store.authorizationsById(sidesSeen(viewer), ids)),
    sides: recordLoader((ids) => store.organizationsById('ALL', ids)),
    guard: store.guard,
  };
}
