import type { Noun } from '../app/noun.ts';
import { ORGANIZATION_ROUTES } from './routes.tsx';

/** Organizations: their list, and one with its people and agents. The profile and each other lead there. */
export const organization: Noun<(typeof ORGANIZATION_ROUTES)[number]> = { routes: ORGANIZATION_ROUTES };
