/** Called at each named place in the durable write. Tests end the process there, to see what a crash leaves behind. */
export type CrashPoint = (place: string) => void;

/**
 * Ends this process at the n-th pass of a place: `drain.afterAppend:3`. Undefined, the default, is no crash point. Only the kill tests
 * set one; their `end` kills the database's process too.
 */
export function crashPoint(setting: string | undefined, end: () => void = endProcess): CrashPoint {
  const [place, times] = setting?.split(':') ?? [];
  let left = Number(times ?? 1);
  return (passed) => {
    if (passed === place && --left === 0) end();
  };
}

function endProcess(): void {
  process.kill(process.pid, 'SIGKILL');
}
