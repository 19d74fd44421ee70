import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startEngine } from '@desk/local/engine/engine';
import { answerCalls } from './child.ts';

/*
 * Starts an embedded engine away from the core on which the service is measured: the engine keeps the core of the
 * process that starts it.
 */
const directory = await mkdtemp(path.join(os.tmpdir(), 'desk-bench-store-'));
const engine = await startEngine({ directory });

answerCalls({
  uri: () => engine.uri,
  close: async () => {
    await engine.stop();
    await rm(directory, { recursive: true, force: true });
  },
});
