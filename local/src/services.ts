import { areEventsSeedable, seedEvents } from '@desk/continuity/demo/seed';
import { createContinuityService, type ContinuityService } from '@desk/continuity/service';
import { areChangesSeedable, seedChanges } from '@desk/changes/demo/seed';
import { createChangesService, type ChangesService } from '@desk/changes/service';
import { isDirectorySeedable, seedDirectory, type DemoIds } from '@desk/directory/demo/seed';
import { createDirectoryService, type DirectoryService } from '@desk/directory/service';
import type { Position } from '@desk/kit/log/entry';
import type { Dependencies, RunningService, ServiceConfig } from '@desk/kit/service/service';
import { areEnrolmentsSeedable, seedEnrolments } from '@desk/learning/demo/seed';
import { createLearningService, type LearningService } from '@desk/learning/service';
import { areSignUpsSeedable, seedSignUps } from '@desk/notifications/demo/seed';
import { createNotificationsService, type NotificationsService } from '@desk/notifications/service';
import type { Domain } from '@desk/schema/domains';
import { areProblemsSeedable, seedProblems } from '@desk/tickets/demo/problems';
import { areIncidentsSeedable, seedIncidents } from '@desk/tickets/demo/seed';
import { seedServiceRequests } from '@desk/tickets/demo/service-requests';
import { createTicketsService, type TicketsService } from '@desk/tickets/service';

/** The basis of demo data: the instant from which they count, and the ids of the directory's demo data. */
export interface Demo {
  now: Date;
  ids: DemoIds | null;
}

/** How the launcher starts a domain's service, and fills it. */
interface LocalService<Service extends RunningService> {
  create(config: ServiceConfig, deps: Dependencies): Promise<Service>;
  /** Comes back when the service knows everything up to a position of a log that it follows. */
  reached?(service: Service, followed: Domain, position: Position): Promise<void>;
  /** The service's demo data; left out where it has none. */
  demo?: {
    /** True when demo data may go into a database that may be somebody's: it holds nothing, or has them already. */
    isSeedable(service: Service, demo: Demo): Promise<boolean>;
    /** Puts the demo data in. What is there already stays as it is. */
    seed(service: Service, demo: Demo): Promise<void>;
  };
}

/** A service that runs, with what the launcher asks of it. */
export interface StartedService extends RunningService {
  reached(followed: Domain, position: Position): Promise<void>;
  isSeedable(demo: Demo): Promise<boolean>;
  seed(demo: Demo): Promise<void>;
}

/** The service of each domain: the one place where the launcher names them. */
export const SERVICES = {
  directory: starting<DirectoryService>({
    create: createDirectoryService,
    demo: {
      isSeedable: isDirectorySeedable,
      async seed(service, demo) {
        demo.ids = await seedDirectory(service, { now: () => demo.now });
      },
    },
  }),
  tickets: starting<TicketsService>({
    create: createTicketsService,
    reached: ({ directory }, _followed, position) => directory.reached(position),
    demo: {
      isSeedable: async (service) => (await areIncidentsSeedable(service)) && (await areProblemsSeedable(service)),
      async seed(service, { ids, now }) {
        if (!ids) return;
        await seedIncidents(service, ids, now);
        await seedServiceRequests(service, ids, now);
        await seedProblems(service, ids, now);
      },
    },
  }),
  changes: starting<ChangesService>({
    create: createChangesService,
    reached: ({ directory }, _followed, position) => directory.reached(position),
    demo: {
      isSeedable: areChangesSeedable,
      async seed(service, { ids, now }) {
        if (ids) await seedChanges(service, ids, now);
      },
    },
  }),
  continuity: starting<ContinuityService>({
    create: createContinuityService,
    reached: ({ directory }, _followed, position) => directory.reached(position),
    demo: {
      isSeedable: areEventsSeedable,
      async seed(service, { ids, now }) {
        if (ids) await seedEvents(service, ids, now);
      },
    },
  }),
  learning: starting<LearningService>({
    create: createLearningService,
    demo: {
      isSeedable: async (service, { ids }) => ids !== null && areEnrolmentsSeedable(service, ids),
      async seed(service, { ids, now }) {
        if (ids) await seedEnrolments(service, ids, now);
      },
    },
  }),
  notifications: starting<NotificationsService>({
    create: createNotificationsService,
    // People can work while the inboxes fill: only the directory must be known.
    reached: async (service, followed, position) =>
      followed === 'directory' ? service.reached(followed, position) : undefined,
    demo: {
      isSeedable: areSignUpsSeedable,
      async seed(service, { ids, now }) {
        if (ids) await seedSignUps(service, ids, now);
      },
    },
  }),
} satisfies Record<Domain, StartService>;

type StartService = (config: ServiceConfig, deps: Dependencies) => Promise<StartedService>;

function starting<Service extends RunningService>(local: LocalService<Service>): StartService {
  return async (config, deps) => {
    const service = await local.create(config, deps);
    return {
      url: service.url,
      log: service.log,
      stop: () => service.stop(),
      reached: async (followed, position) => local.reached?.(service, followed, position),
      isSeedable: async (demo) => (await local.demo?.isSeedable(service, demo)) ?? true,
      seed: async (demo) => local.demo?.seed(service, demo),
    };
  };
}
