import { readFileSync, readdirSync } from 'node:fs';

/**
 * CPU time that a process has used so far, all its threads together, in nanoseconds. The kernel's own account: unlike
 * wall time it does not grow while the machine is busy with others. Throws when the process is gone.
 */
export function cpuNs(pid: number): number {
  const threads = `/proc/${pid}/task`;
  return readdirSync(threads).reduce((sum, thread) => sum + threadCpuNs(`${threads}/${thread}/schedstat`), 0);
}

/** Memory of a process, in MB: `resident` now, `peak` since its start. */
export function memoryMb(pid: number): { resident: number; peak: number } {
  return parseMemory(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

/** The time on the CPU in a `schedstat` text (time running, time waiting, slices), in nanoseconds. */
export function parseSchedstat(text: string): number {
  const running = /^(\d+) \d+ \d+\s*$/.exec(text)?.[1];
  if (running === undefined) throw new Error(`"${text.trim()}" is not what a schedstat file holds.`);
  return Number(running);
}

/** The memory lines of a process's `status` text, in MB. */
export function parseMemory(text: string): { resident: number; peak: number } {
  const mb = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) / 1024;
  return { resident: mb('VmRSS'), peak: mb('VmHWM') };
}

/** A thread that ends between listing and reading takes its time with it: a loss of microseconds. */
function threadCpuNs(file: string): number {
  try {
    return parseSchedstat(readFileSync(file, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return 0;
    throw error;
  }
}
