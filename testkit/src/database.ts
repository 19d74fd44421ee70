import { askSetUp, setUpAnswers } from './set-up.ts';

/**
 * The database for the tests of this process, without a database name: `MONGODB_URI` where it is set, else an embedded engine, which starts
 * when the first suite asks for it. Each test file chooses a database of its own.
 */
export async function databaseUri(): Promise<string> {
  const given = process.env['MONGODB_URI'];
  if (given) return given;
  if (!setUpAnswers()) throw new Error('There is no engine: tests run by `npm test`, whose set-up offers one.');
  return await askSetUp(`engine ${process.env['JEST_WORKER_ID'] ?? '1'}`);
}
