import { spawn } from 'node:child_process';

/** After this `mongod` is killed, in milliseconds, which loses no acknowledged write. */
const STOP_MS_MAX = 15_000;

/**
 * Runs a `mongod` until SIGTERM or SIGHUP, or until the parent is gone: `mongod` itself would outlive a desk that was killed, and hold its data.
 * Tells the parent once, in a sentence, that it ended.
 */
function runMongod(binary: string, args: string[]): void {
  // Ctrl-C reaches the whole process group. The launcher takes it, and ends this process after the services.
  process.on('SIGINT', () => undefined);
  // A group of its own, so that Ctrl-C does not reach it before the services have ended.
  const mongod = spawn(binary, args, { stdio: 'ignore', detached: true });
  const stop = () => {
    mongod.kill('SIGTERM');
    setTimeout(() => mongod.kill('SIGKILL'), STOP_MS_MAX);
  };
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, stop);
  process.once('disconnect', stop);
  const end = (reason: string) => {
    if (process.send && process.connected) process.send(reason, () => process.exit(0));
    else process.exit(0);
  };
  mongod.once('error', (error) => end(`MONGOD_BINARY could not be started: ${error.message}`));
  mongod.once('exit', (code, signal) => end(`mongod ended (${signal ?? `code ${code}`}).`));
}

const [binary, ...args] = process.argv.slice(2);
if (binary === undefined || !process.connected) {
  console.error('This program is started by database.ts, with a mongod, its arguments and a channel to its parent.');
  process.exit(2);
}
runMongod(binary, args);
