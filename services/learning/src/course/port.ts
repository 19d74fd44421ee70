import { readdirSync, readFileSync } from 'node:fs';
import { readCourse, type Course, type Keys } from './course.ts';

const FOLDER = new URL('../../data/courses/', import.meta.url);
/** The order in which people take them; any other course comes behind. */
const ORDER = ['INTRO', 'BILLING', 'GUI', 'REPORTS'];

/** Reads the courses of `data/courses`. Throws DataProblem, so that the service does not start with a wrong file. */
export function loadCourses(): { course: Course; keys: Keys }[] {
  const codes = readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort((first, second) => placeOf(first) - placeOf(second) || (first < second ? -1 : 1));
  return codes.map((code) => {
    const folder = new URL(`${code}/`, FOLDER);
    const texts = readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]);
    return readCourse(code, Object.fromEntries(texts) as Record<string, string>);
  });
}

function placeOf(code: string): number {
  const place = ORDER.indexOf(code);
  return place === -1 ? ORDER.length : place;
}
