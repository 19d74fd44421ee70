import type { Connection } from '@desk/kit/api/page';
import type { Person } from './person.ts';

/** A page of people, as the API shows it. */
export type PersonPage = Connection<Person>;
