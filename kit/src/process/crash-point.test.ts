import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { crashPoint } from './crash-point.ts';

/** The pass, from 1, at which the process ends; null when it survives the given passes. */
function crashesAt(setting: string | undefined, passes: readonly string[]): number | null {
  let crashed: number | null = null;
  let pass = 0;
  const crash = crashPoint(setting, () => (crashed = pass));
  for (const place of passes) {
    pass++;
    crash(place);
  }
  return crashed;
}

test.each<[string | undefined, string[], number | null]>([
  ['drain', ['drain'], 1],
  ['drain:1', ['publish', 'drain', 'drain'], 2],
  ['drain:3', ['drain', 'drain', 'publish', 'drain'], 4],
  ['drain:3', ['drain', 'drain'], null],
  ['drain', ['drain.afterAppend'], null],
  [undefined, ['drain', 'drain'], null],
  ['', ['drain'], null],
])('the setting %p over the passes %p ends the process at pass %p', (setting, passes, expected) => {
  expect(crashesAt(setting, passes)).toBe(expected);
});

test('the process ends as by kill -9: nothing in it runs any more', () => {
  const file = JSON.stringify(new URL('./crash-point.ts', import.meta.url).href);
  const program = `import(${file}).then(({ crashPoint }) => { crashPoint('here')('here'); console.log('still here'); })`;
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  const { signal, stdout } = spawnSync(process.execPath, ['--conditions=source', '--import', 'tsx', '-e', program], {
    cwd,
    encoding: 'utf8',
  });
  expect([signal, stdout]).toEqual(['SIGKILL', '']);
});
