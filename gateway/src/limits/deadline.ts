/** The result of `work`; after `ms` milliseconds that of `otherwise`, while the work goes on unheard. */
export async function withDeadline<Result>(
  ms: number,
  work: Promise<Result>,
  otherwise: () => Result,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms))).then(otherwise);
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
