/** Hours as a person types them, `4.5` or `4,5`, as the API's duration; what is no number goes there as it is, and is refused. */
export function durationOfHours(typed: string): string {
  const hours = Number(typed.trim().replace(',', '.'));
  if (!Number.isFinite(hours) || typed.trim() === '') return typed;
  const minutes = Math.round(hours * 60);
  return `PT${Math.trunc(minutes / 60)}H${Math.abs(minutes % 60)}M`;
}

/** A share in percent as a person types it. What is no number is NaN, which the form refuses. */
export function numberOf(typed: string): number {
  return typed.trim() === '' ? NaN : Number(typed.trim().replace(',', '.'));
}
