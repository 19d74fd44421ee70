/** Stands for every larger count: no count overflows, and sums and products stay exact below it. */
export const ENDLESS = Number.MAX_SAFE_INTEGER;

/** The sum of two counts, `ENDLESS` at most. A count is whole and not negative. */
export function sum(a: number, b: number): number {
  return Math.min(a + b, ENDLESS);
}

/** The product of two counts, `ENDLESS` at most. */
export function product(a: number, b: number): number {
  return Math.min(a * b, ENDLESS);
}
