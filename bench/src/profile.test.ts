import { describe, expect, it } from '@jest/globals';
import { pathToFileURL } from 'node:url';
import path from 'node:path';
import { ROOT } from './child.ts';
import { BY_FUNCTION, BY_PACKAGE, sharesBy, type CpuProfile } from './profile.ts';

const ours = pathToFileURL(path.join(ROOT, 'gateway/dist/http.js')).href;
const theirs = 'file:///x/node_modules/.pnpm/undici@7.30.2/node_modules/undici/lib/pool.js';

/** A profile with one sample of 100 us at each of the named nodes. */
function profile(sampled: readonly number[]): CpuProfile {
  const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
    id,
    callFrame: { functionName, url },
    children,
  });
  return {
    nodes: [
      node(1, '(root)', '', [2, 3, 4, 5, 8]),
      node(2, '(idle)', ''),
      node(3, '(garbage collector)', ''),
      node(4, 'handle', ours, [6]),
      node(5, 'onread', 'node:net'),
      node(6, 'request', theirs, [7]),
      node(7, 'writev', 'node:net'),
      node(8, '(program)', ''),
    ],
    samples: [...sampled],
    timeDeltas: sampled.map(() => 100),
  };
}

describe('where time went', () => {
  it('is summed by package and by file of ours', () => {
    expect(sharesBy(profile([4, 6, 3, 8]), BY_PACKAGE)).toEqual(
      new Map([
        ['gateway/dist/http.js', 0.25],
        ['undici', 0.25],
        ['garbage collector', 0.25],
        ['sockets and system calls', 0.25],
      ]),
    );
  });

  it('leaves out the time in which nothing ran', () => {
    expect(sharesBy(profile([2, 2, 2, 4]), BY_PACKAGE)).toEqual(new Map([['gateway/dist/http.js', 1]]));
  });

  it("charges Node's own code to its caller", () => {
    expect(sharesBy(profile([7]), BY_FUNCTION)).toEqual(new Map([['undici request', 1]]));
  });

  it('names the work of Node that no caller accounts for', () => {
    expect(sharesBy(profile([5]), BY_PACKAGE)).toEqual(new Map([['Node itself', 1]]));
    expect(sharesBy(profile([5]), BY_FUNCTION)).toEqual(new Map([['node:net onread', 1]]));
  });
});
