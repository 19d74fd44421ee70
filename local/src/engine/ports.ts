import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';

const TRIES_MAX = 20;

/** The port that was asked for, and nothing but it, is taken. */
export class PortTaken extends Error {
  constructor(port: number) {
    super(`Port ${port} is held by ${holderOf(port)}. End that process, or name another port (--port).`);
    this.name = 'PortTaken';
  }
}

/** A port that is free now: the wanted one, or the next free one behind it. `taken` names who holds the wanted one. */
export async function freePort(wanted: number): Promise<{ port: number; taken: string | null }> {
  for (let port = wanted; port < wanted + TRIES_MAX; port++) {
    if (await isFree(port)) return { port, taken: port === wanted ? null : holderOf(wanted) };
  }
  throw new Error(
    `Ports ${wanted} to ${wanted + TRIES_MAX - 1} are all taken. Free one of them, or name another (--port).`,
  );
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Who listens on a port, as far as this system tells: `node (pid 4711)`. */
function holderOf(port: number): string {
  try {
    const pid = pidOfSocket(listeningInode(port));
    return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (pid ${pid})`;
  } catch {
    return 'another process';
  }
}

function listeningInode(port: number): string {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readFileSync(table, 'utf8').split('\n')) {
      const columns = line.trim().split(/\s+/);
      if (columns[1]?.endsWith(`:${hex}`) && columns[3] === '0A' && columns[9]) return columns[9];
    }
  }
  throw new Error('nobody listens');
}

function pidOfSocket(inode: string): string {
  const found = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .find((pid) => {
      try {
        return readdirSync(`/proc/${pid}/fd`).some(
          (fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`,
        );
      } catch {
        return false; // It ended meanwhile, or is another user's.
      }
    });
  if (!found) throw new Error('not found');
  return found;
}
