/** Several things measured in turn, so that what the machine does meanwhile meets them all. */
export interface Contender<Measured> {
  name: string;
  /** One short slice. */
  slice(): Promise<Measured>;
}

/** Slices by the contender's name, in the order in which they ran. */
export type Measurements<Measured> = Record<string, Measured[]>;

/**
 * Runs `rounds` rounds of one slice each, interleaved, in reversed order on odd rounds: a machine that gets slower or faster meanwhile
 * favours none of them.
 */
export async function interleave<Measured>(
  contenders: readonly Contender<Measured>[],
  rounds: number,
): Promise<Measurements<Measured>> {
  const measurements: Measurements<Measured> = Object.fromEntries(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, slice } of round % 2 ? [...contenders].reverse() : contenders) {
      measurements[name]?.push(await slice());
    }
  }
  return measurements;
}
