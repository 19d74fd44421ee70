/** Larger counts all read like this one: no count overflows, and sums and products of counts stay exact below it. */
export const ENDLESS = Number.MAX_SAFE_INTEGER;

/** The sum, `ENDLESS` at most. Both must be counts: whole, not negative, `ENDLESS` at most. */
export function plus(a: number, b: number): number {
  return Math.min(a + b, ENDLESS);
}

/** The product, `ENDLESS` at most. */
export function by(a: number, b: number): number {
  return Math.min(a * b, ENDLESS);
}
