import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './child.ts';

/** Programs that the product is measured beside, each in a folder of its own with its own lock file. */
export type Peer = 'stock' | 'ws' | 'graphql-ws';

/** The peer's server, for `startChild`. Installs the peer's packages first when they are not what its lock file says. */
export function peerServer(peer: Peer): string {
  const folder = peerFolder(peer);
  const lock = path.join(folder, 'package-lock.json');
  const installed = path.join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
    console.log(`Installing the packages of the peer ${peer} ...`);
    const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: folder,
      stdio: 'inherit',
    });
    if (status !== 0) throw new Error(`The packages of the peer ${peer} could not be installed.`);
  }
  return path.join('peers', peer, 'server.mjs');
}

/** The versions of a peer's own packages, as installed: `graphql-ws 6.4.2`. */
export function peerVersions(peer: Peer): string[] {
  const folder = peerFolder(peer);
  const { dependencies } = readManifest(path.join(folder, 'package.json'));
  return Object.keys(dependencies ?? {}).map(
    (name) => `${name} ${readManifest(path.join(folder, 'node_modules', name, 'package.json')).version}`,
  );
}

function peerFolder(peer: Peer): string {
  return path.join(ROOT, 'bench', 'peers', peer);
}

function readManifest(file: string): { version?: string; dependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(file, 'utf8')) as { version?: string; dependencies?: Record<string, string> };
}
