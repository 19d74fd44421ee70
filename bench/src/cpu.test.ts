import { describe, expect, it } from '@jest/globals';
import { cpuNs, memoryMb, parseMemory, parseSchedstat } from './cpu.ts';

describe('CPU time of a process', () => {
  it('is the first figure of schedstat, in nanoseconds', () => {
    expect(parseSchedstat('352846123 2484838 17\n')).toBe(352_846_123);
  });

  it('is refused where the kernel writes something else', () => {
    expect(() => parseSchedstat('0.35 2484838 17')).toThrow('0.35');
  });

  it('grows by what the process computes', () => {
    const before = cpuNs(process.pid);
    const end = performance.now() + 60;
    while (performance.now() < end);
    // Another process may have had the core for most of the time.
    expect(cpuNs(process.pid) - before).toBeGreaterThan(1e6);
  });

  it('of a process that is gone is an error, not zero', () => {
    expect(() => cpuNs(2 ** 30)).toThrow('ENOENT');
  });
});

describe('memory of a process', () => {
  it('is given in MB, now and at its peak', () => {
    expect(parseMemory('Name:\tnode\nVmHWM:\t  204800 kB\nVmRSS:\t  102400 kB\n')).toEqual({
      peak: 200,
      resident: 100,
    });
  });

  it('has a peak that is never below what is used now', () => {
    const { peak, resident } = memoryMb(process.pid);
    expect(peak).toBeGreaterThanOrEqual(resident);
  });
});
