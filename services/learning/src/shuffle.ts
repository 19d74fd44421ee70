import type { Random } from '@desk/kit/process/ids';

/** Puts items into an order of chance, each order as likely as any other. */
export function shuffler(random: Random): <Item>(items: readonly Item[]) => Item[] {
  return (items) => {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = below(last + 1, random);
      [shuffled[last], shuffled[other]] = [shuffled[other] as never, shuffled[last] as never];
    }
    return shuffled;
  };
}

/** A whole number from 0 to one less than `bound`, at most 256, each as likely. */
function below(bound: number, random: Random): number {
  const fair = 256 - (256 % bound);
  const byte = new Uint8Array(1);
  do random(byte);
  while ((byte[0] as number) >= fair);
  return (byte[0] as number) % bound;
}
