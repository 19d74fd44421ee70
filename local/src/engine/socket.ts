import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The kernel takes 107 bytes and Node cuts a longer path off without a word, so we stop well before. */
const SOCKET_PATH_BYTES_MAX = 100;

const SOCKET_FILE = 'engine.sock';

/**
 * The path of a data directory's socket, the same every time, so that a client finds a restarted engine by itself:
 * in the directory, or where that is longer than 100 bytes or holds a "%", in a private directory named after it, which
 * is made when missing.
 */
export function makeSocketPath(directory: string): string {
  const inside = path.join(directory, SOCKET_FILE);
  if (fits(inside)) return inside;
  const user = process.getuid?.() ?? 0;
  const name = `desk-${user}-${createHash('sha256').update(directory).digest('hex').slice(0, 16)}`;
  const outside = [os.tmpdir(), '/tmp'].map((place) => path.join(place, name, SOCKET_FILE)).find(fits);
  if (outside === undefined)
    throw new Error(`its socket has no path of at most ${SOCKET_PATH_BYTES_MAX} bytes without "%"`);
  const home = path.dirname(outside);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  // Anybody can make a directory of this name in a shared place first; only our own private one will do.
  const made = lstatSync(home);
  const isOurs = made.isDirectory() && made.uid === user && (made.mode & 0o077) === 0;
  if (!isOurs) throw new Error(`${home} is not a private directory of this user; remove it`);
  return outside;
}

/** Removes the private directory that `makeSocketPath` made, if it did; the socket is closed by now. */
export function removeSocketHome(directory: string, socketPath: string): void {
  const home = path.dirname(socketPath);
  if (home !== directory) rmSync(home, { recursive: true, force: true });
}

/** The driver decodes a socket's path twice (seen in mongodb 7.8), so a "%" in it ends as another path or an error. */
function fits(socketPath: string): boolean {
  return !socketPath.includes('%') && Buffer.byteLength(socketPath) <= SOCKET_PATH_BYTES_MAX;
}
