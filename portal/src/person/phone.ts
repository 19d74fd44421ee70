/** A number of ten digits is one of North America. */
const TEN_DIGITS = /^\d{10}$/;

/** A telephone number as the API takes it, of one as people type it: `416 555-0100`. Null where none was typed. */
export function phoneNumber(typed: string | undefined): string | null {
  if (typed === undefined) return null;
  const digits = typed.replace(/[\s().-]/g, '');
  return TEN_DIGITS.test(digits) ? `+1${digits}` : digits;
}
