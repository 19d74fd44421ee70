import net from 'node:net';
import { text } from 'node:stream/consumers';

/** Where the set-up of the run answers with an engine: the path of a socket, in the environment. */
export const ENGINES_VARIABLE = 'DESK_TEST_ENGINES';

/**
 * The database for the tests of this process, without a database name: `MONGODB_URI` where it is set, else an embedded engine, which starts
 * when the first suite asks for it. Each test file chooses a database of its own.
 */
export async function databaseUri(): Promise<string> {
  const given = process.env['MONGODB_URI'];
  if (given) return given;
  const place = process.env[ENGINES_VARIABLE];
  if (!place) throw new Error('There is no engine: tests run by `npm test`, whose set-up offers one.');
  const socket = net.connect(place);
  socket.write(process.env['JEST_WORKER_ID'] ?? '1');
  const answer = await text(socket);
  if (!answer.startsWith('mongodb:')) throw new Error(answer);
  return answer;
}
