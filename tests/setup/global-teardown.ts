import type {} from './global-setup.ts';

/** Ends what `global-setup.ts` started for this run. */
export default async function tearDown(): Promise<void> {
  await globalThis.deskTestGround?.stop();
  // In watch mode the next run starts its own.
  globalThis.deskTestGround = undefined;
}
