import { Counter, Histogram, type Registry } from 'prom-client';

/** Figures about the gateway's requests to the subgraphs. */
export interface SubgraphMetrics {
  /** Counts a request to a subgraph. The returned function is called at its end. */
  begin(subgraph: string): (outcome: 'answered' | 'failed') => void;
  /** Counts entity references: those that plans asked for, and those that were sent once equal ones were taken together. */
  representations(subgraph: string, asked: number, sent: number): void;
  /** Exact counts since the start, by subgraph. */
  readonly counts: ReadonlyMap<string, SubgraphCounts>;
}

export interface SubgraphCounts {
  requests: number;
  representationsAsked: number;
  representationsSent: number;
}

/** The figures of one gateway, published in its registry. */
export function subgraphMetrics(registry: Registry): SubgraphMetrics {
  const counts = new Map<string, SubgraphCounts>();
  const of = (subgraph: string): SubgraphCounts => {
    const known = counts.get(subgraph) ?? { requests: 0, representationsAsked: 0, representationsSent: 0 };
    counts.set(subgraph, known);
    return known;
  };
  const seconds = new Histogram({
    name: 'gateway_subgraph_seconds',
    help: 'Time of a request to a subgraph.',
    labelNames: ['subgraph', 'outcome'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  const references = new Counter({
    name: 'gateway_representations_total',
    help: 'Entity references sent to a subgraph.',
    labelNames: ['subgraph'],
    registers: [registry],
  });
  return {
    counts,
    begin(subgraph) {
      of(subgraph).requests += 1;
      const end = seconds.startTimer({ subgraph });
      return (outcome) => void end({ outcome });
    },
    representations(subgraph, asked, sent) {
      const known = of(subgraph);
      known.representationsAsked += asked;
      known.representationsSent += sent;
      references.inc({ subgraph }, sent);
    },
  };
}
