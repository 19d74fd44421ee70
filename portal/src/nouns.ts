import type { createPortalRouter } from './app/router.tsx';
import { change } from './change/noun.tsx';
import { continuity } from './continuity/noun.tsx';
import { course } from './course/noun.tsx';
import { incident } from './incident/noun.tsx';
import { knownError } from './known-error/noun.tsx';
import { notification } from './notification/noun.tsx';
import { organization } from './organization/noun.tsx';
import { person } from './person/noun.tsx';
import { problem } from './problem/noun.tsx';
import { serviceRequest } from './service-request/noun.tsx';

/** The nouns that give the portal something, in the order of its navigation. */
export const NOUNS = [
  notification,
  incident,
  serviceRequest,
  problem,
  knownError,
  change,
  continuity,
  course,
  organization,
  person,
] as const;

type NounRoute = NonNullable<(typeof NOUNS)[number]['routes']>[number];

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createPortalRouter<NounRoute>>;
  }
}
