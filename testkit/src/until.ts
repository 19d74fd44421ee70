/** Far longer than anything takes, so that a busy machine turns no suite red. */
const WAIT_MS_MAX = 60_000;
const LOOK_EVERY_MS = 5;

/** Looks until a state holds; rejects after a minute with its name. For states that no event announces. */
export async function until(name: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < WAIT_MS_MAX; waited += LOOK_EVERY_MS) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error(`Waited too long: ${name}`);
}
