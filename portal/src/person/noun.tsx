import type { Noun } from '../app/noun.ts';
import { PERSON_ROUTES } from './routes.tsx';

/** The reader's own profile. */
export const person: Noun<(typeof PERSON_ROUTES)[number]> = { routes: PERSON_ROUTES };
