/** An exact fraction, in lowest terms, with a positive denominator. */
export interface Fraction {
  numerator: bigint;
  denominator: bigint;
}

export const ZERO: Fraction = { numerator: 0n, denominator: 1n };

const DECIMAL = /^([+-]?)(\d+)(?:[.,](\d+))?$/;
/** Hundredths of a percent. */
const PERCENT_PARTS = 10_000n;

/** A fraction in lowest terms. */
export function fraction(numerator: bigint, denominator = 1n): Fraction {
  if (denominator === 0n) throw new RangeError('A fraction has a denominator.');
  const sign = denominator < 0n ? -1n : 1n;
  const divisor = greatestDivisor(numerator < 0n ? -numerator : numerator, denominator * sign);
  return { numerator: (sign * numerator) / divisor, denominator: (sign * denominator) / divisor };
}

/** The fraction that a decimal number says, with a point or a comma. Null for a text that is none. */
export function decimal(text: string): Fraction | null {
  const [, sign, whole, part = ''] = DECIMAL.exec(text.trim()) ?? [];
  if (whole === undefined) return null;
  const size = 10n ** BigInt(part.length);
  const value = BigInt(whole + part);
  return fraction(sign === '-' ? -value : value, size);
}

export function add(first: Fraction, second: Fraction): Fraction {
  return fraction(
    first.numerator * second.denominator + second.numerator * first.denominator,
    first.denominator * second.denominator,
  );
}

/** How far apart two fractions are. */
export function distance(first: Fraction, second: Fraction): Fraction {
  const { numerator, denominator } = add(first, { ...second, numerator: -second.numerator });
  return { numerator: numerator < 0n ? -numerator : numerator, denominator };
}

/** True when the first is not more than the second. */
export function isAtMost(first: Fraction, second: Fraction): boolean {
  return first.numerator * second.denominator <= second.numerator * first.denominator;
}

/** The share of a fraction in a whole, in percent, rounded half up to two decimals. For people: a comparison uses the fractions. */
export function percentOf({ numerator, denominator }: Fraction, whole: number): number {
  const below = denominator * BigInt(whole);
  const parts = (2n * PERCENT_PARTS * numerator + below) / (2n * below);
  return Number(parts) / 100;
}

function greatestDivisor(first: bigint, second: bigint): bigint {
  return second === 0n ? (first === 0n ? 1n : first) : greatestDivisor(second, first % second);
}
