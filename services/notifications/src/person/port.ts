import { START } from '@desk/kit/log/entry';
import type { Dependencies } from '@desk/kit/service/service';
import { setTimeout as delay } from 'node:timers/promises';
import type { PersonStore } from './store.ts';

/** How long one question waits for the directory, in milliseconds. */
const KNOWN_MS_MAX = 2_000;

/**
 * Comes back once the directory is known as it was at the first question: before, people would count as strangers, and nobody would be told.
 * Rejects while the directory does not answer, to be asked again.
 */
export function directoryKnown(
  { mirror }: Pick<PersonStore, 'mirror'>,
  { pull }: Pick<Dependencies, 'pull'>,
): () => Promise<void> {
  let isKnown = false;
  return async () => {
    if (isKnown) return;
    const { head } = await pull('directory', START, 1);
    const known = await Promise.race([
      mirror.reached(head).then(() => true),
      delay(KNOWN_MS_MAX, false, { ref: false }),
    ]);
    if (!known) throw new Error('The directory is not known yet.');
    isKnown = true;
  };
}
