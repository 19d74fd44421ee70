/** What one thing costs, slice by slice, in one unit. */
export type Slices = readonly number[];

/** Two things side by side: how many times the product fits into the peer. More is better for the product. */
export interface Ratio {
  /** Of the medians. */
  median: number;
  /** Of the best slices: what a quiet machine would show. */
  best: number;
}

/** Something a run must show. `atLeast` and `atMost` are in the figure's own unit. */
export interface Goal {
  name: string;
  figure: Ratio;
  bound: { atLeast: number } | { atMost: number };
}

/** The peer's cost over the product's. */
export function ratioOf(peer: Slices, product: Slices): Ratio {
  return { median: median(peer) / median(product), best: Math.min(...peer) / Math.min(...product) };
}

/** One figure as a ratio, for goals that are no comparison: the median of the slices, and the best. */
export function figureOf(slices: Slices): Ratio {
  return { median: median(slices), best: Math.min(...slices) };
}

/**
 * True when the goal is met by the median or by the best slice. Both must miss before a run counts as failed: on a shared
 * machine one of the two is often hit by somebody else's work.
 */
export function isMet({ figure, bound }: Goal): boolean {
  const holds = (value: number) => ('atLeast' in bound ? value >= bound.atLeast : value <= bound.atMost);
  return holds(figure.median) || holds(figure.best);
}

/** The value in the middle; the mean of the two for an even number. Throws for none. */
export function median(slices: Slices): number {
  const sorted = [...slices].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  const lower = sorted[sorted.length % 2 === 0 ? middle - 1 : middle];
  if (upper === undefined || lower === undefined) throw new Error('There are no slices.');
  return (lower + upper) / 2;
}

/** How far the slices lie apart: the largest over the smallest. */
export function spread(slices: Slices): number {
  return Math.max(...slices) / Math.min(...slices);
}

/** The value below which a share of the values lie, by rank. 0 for none. */
export function percentile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
