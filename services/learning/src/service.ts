import { recordLoader } from '@desk/kit/api/loader';
import { startService, type Dependencies, type RunningService, type ServiceConfig } from '@desk/kit/service/service';
import { domainSdl } from '@desk/schema/sdl';
import { attemptPort } from './attempt/port.ts';
import type { LearningContext } from './context.ts';
import type { Course, Keys } from './course/course.ts';
import { loadCourses } from './course/port.ts';
import { openShelf, type Shelf } from './course/store.ts';
import { resolvers } from './resolvers.ts';
import { shuffler } from './shuffle.ts';
import { openStore, type Store } from './store.ts';

const SERVICE = 'learning';

/** A learning service that runs, with what tests and demo data need of it. */
export interface LearningService extends RunningService {
  store: Store;
  shelf: Shelf;
}

/** Starts the learning service: courses, store, timers, consequences, relay and subgraph. */
export function createLearningService(
  config: ServiceConfig,
  deps: Dependencies,
  courses: readonly { course: Course; keys: Keys }[] = loadCourses(),
): Promise<LearningService> {
  return startService({ service: SERVICE, config, deps }, async (foundation) => {
    const { log } = foundation;
    const { time, random } = deps;
    const shelf = await openShelf(foundation, courses);
    const store = await openStore(foundation);
    foundation.startRelay();
    const attempts = attemptPort({ ...store, shelf });
    foundation.followOwnLog(attempts.follow);
    foundation.startTimers(store.attempts.records, (id) => attempts.fire(id, time.now()));
    const shared = { store, shelf, attempts, time, log, shuffled: shuffler(random) };
    const served = await foundation.serve<LearningContext>({
      sdl: domainSdl(SERVICE),
      resolvers,
      context: ({ viewer, requestId }) => {
        const loaders = {
          enrolments: recordLoader((ids) => store.enrolments.byIds('ALL', ids)),
          attempts: recordLoader((ids) => store.attempts.byIds('ALL', ids)),
        };
        return { ...shared, viewer, requestId, loaders };
      },
    });
    return { ...served, store, shelf };
  });
}
