import { afterEach, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

let child: ChildProcess | null = null;

afterEach(() => {
  child?.kill('SIGKILL');
});

/** Sends a signal to a process: how it ended, and what it printed. */
async function ended(stop: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<{ code: number; said: string }> {
  const program = `
    import { runProcess } from './process.ts';
    await runProcess(async () => ({ stop: async () => { ${stop} } }));
    process.send('runs');
    process.channel.ref();`;
  const running = spawn(
    process.execPath,
    ['--conditions=source', '--import', 'tsx', '--input-type=module', '--eval', program],
    {
      // tsx is looked up from the working directory.
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    },
  );
  child = running;
  let said = '';
  running.stderr?.on('data', (text: Buffer) => (said += text.toString()));
  await once(running, 'message');
  running.kill(signal);
  const [code] = (await once(running, 'close')) as [number];
  return { code, said };
}

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('a process that %s ends does so in order', async (signal) => {
  expect(await ended('', signal)).toEqual({ code: 0, said: '' });
});

test('a process that cannot end in order says why, and ends with 1', async () => {
  const { code, said } = await ended("throw new Error('the relay hangs')");
  expect([code, said.includes('could not end in order') && said.includes('Error: the relay hangs')]).toEqual([1, true]);
});
