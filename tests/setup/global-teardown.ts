import { rm } from 'node:fs/promises';
import type {} from './global-setup.ts';

/** Stops the engine that `global-setup.ts` started for this run, if it did, and removes its data. */
export default async function tearDown(): Promise<void> {
  const database = globalThis.deskTestDatabase;
  if (!database) return;
  // In watch mode the next run starts its own.
  globalThis.deskTestDatabase = undefined;
  delete process.env['MONGODB_URI'];
  await database.engine.stop();
  await rm(database.directory, { recursive: true, force: true });
}
