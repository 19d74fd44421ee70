import net from 'node:net';
import { text } from 'node:stream/consumers';

/** Where the set-up of a run answers what its suites ask for: the path of a socket, in the environment. */
export const SET_UP_VARIABLE = 'DESK_TEST_SET_UP';

/** Whether this process belongs to a run with a set-up. */
export function setUpAnswers(): boolean {
  return process.env[SET_UP_VARIABLE] !== undefined;
}

/** Asks the set-up of the run for one thing that all its suites share, such as `engine 1`. Throws what the set-up says went wrong. */
export async function askSetUp(wanted: string): Promise<string> {
  const socket = net.connect(process.env[SET_UP_VARIABLE] ?? '');
  socket.write(wanted);
  const answer = await text(socket);
  if (!answer.startsWith('OK ')) throw new Error(answer);
  return answer.slice('OK '.length);
}
