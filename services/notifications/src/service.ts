import { recordLoader } from '@desk/kit/api/loader';
import type { Position } from '@desk/kit/log/entry';
import type { FollowedService } from '@desk/kit/log/follow-service';
import { startService, type Dependencies, type RunningService, type ServiceConfig } from '@desk/kit/service/service';
import { followedBy, type Domain } from '@desk/schema/domains';
import { domainSdl } from '@desk/schema/sdl';
import type { NotificationsContext } from './context.ts';
import { deliver } from './delivery/port.ts';
import { isStaff } from './person/person.ts';
import { directoryKnown } from './person/port.ts';
import { openPersonStore, type PersonStore } from './person/store.ts';
import { resolvers } from './resolvers.ts';
import { newsFrom, openStore, type Store } from './store.ts';

const SERVICE = 'notifications';

/** A notifications service that runs, with what tests and demo data need of it. */
export interface NotificationsService extends RunningService {
  store: Store;
  people: PersonStore;
  /** Comes back when everything up to a position of a followed log was learned and told. */
  reached(followed: Domain, position: Position): Promise<void>;
}

/** Starts the notifications service: store, relay, mirror of the directory, the followed services and subgraph. */
export function createNotificationsService(config: ServiceConfig, deps: Dependencies): Promise<NotificationsService> {
  return startService({ service: SERVICE, config, deps }, async (foundation) => {
    const { log, newId } = foundation;
    const { time, crash = () => {} } = deps;
    const store = await openStore(foundation);
    foundation.startRelay();
    const people = await openPersonStore(foundation);
    const delivery = { ...store, people, newsFrom: await newsFrom(foundation, time.now()), time, crash };
    const known = directoryKnown(people, deps);
    const followed = new Map<Domain, Pick<FollowedService, 'reached'>>([['directory', people.mirror]]);
    for (const service of followedBy(SERVICE).filter((each) => !followed.has(each)))
      followed.set(
        service,
        foundation.followService(service, async (event) => {
          await known();
          await deliver(delivery, event);
        }),
      );
    const shared = { store, people, time, newId, log };
    const served = await foundation.serve<NotificationsContext>({
      sdl: domainSdl(SERVICE),
      resolvers,
      context: ({ viewer, requestId }) => {
        const loaders = {
          notifications: recordLoader((ids) => store.notifications.byIds('ALL', ids)),
          follows: recordLoader((ids) => store.follows.byIds('ALL', ids)),
          signUps: recordLoader((ids) => store.signUps.byIds('ALL', ids)),
          people: recordLoader(async (ids) =>
            [...(await people.byIds(ids))].map(([_id, person]) => ({ _id, staff: isStaff(person), ...person })),
          ),
        };
        let mark: ReturnType<NotificationsContext['readMark']> | null = null;
        const readMark = async () => (viewer.id === null ? null : (mark ??= store.inboxes.findOf(viewer.id)));
        return { ...shared, viewer, requestId, loaders, readMark };
      },
    });
    const reached = async (service: Domain, position: Position) => followed.get(service)?.reached(position);
    return { ...served, store, people, reached };
  });
}
