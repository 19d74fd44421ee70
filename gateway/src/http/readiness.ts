import type { TimeSource } from '@desk/kit/time/time-source';

/** Whether each service can do its work, by name. */
export type Readiness = Record<string, 'ready' | 'not ready'>;

/** How long a service may take to say that it is ready, in milliseconds. */
const READY_MS_MAX = 2_000;
/** How often the gateway asks the services, in milliseconds: each answer costs their databases a durable write, and any caller may ask. */
const ASK_EVERY_MS = 1_000;

/** Asks the services' `/readyz`. Callers within the same second share one answer. */
export function watchReadiness(
  subgraphs: Readonly<Record<string, string>>,
  time: TimeSource,
): () => Promise<Readiness> {
  let last: { askedAt: number; states: Promise<Readiness> } | null = null;
  return () => {
    const now = time.now().getTime();
    const age = last ? now - last.askedAt : Infinity;
    if (!last || age < 0 || age >= ASK_EVERY_MS) last = { askedAt: now, states: ask(subgraphs) };
    return last.states;
  };
}

async function ask(subgraphs: Readonly<Record<string, string>>): Promise<Readiness> {
  const states = Object.entries(subgraphs).map(async ([name, url]) => {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(READY_MS_MAX) }).catch(() => null);
    await answer?.body?.cancel();
    return [name, answer?.ok ? ('ready' as const) : ('not ready' as const)] as const;
  });
  return Object.fromEntries(await Promise.all(states));
}
