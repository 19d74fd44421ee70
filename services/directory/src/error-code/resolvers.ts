import { ERROR_CODES, FIELD_PROBLEMS } from '@desk/kit/api/errors';
import type * as api from '../generated/api.ts';

const Query = {
  errorCodes: () => entriesOf(ERROR_CODES),
  fieldProblemCodes: () => entriesOf(FIELD_PROBLEMS).map((entry) => ({ ...entry, args: [...entry.args] })),
} satisfies api.QueryResolvers;

/** Resolvers of the registers of codes. */
export const errorCodeResolvers = { Query };

/** A register as a list, each entry with its code. */
function entriesOf<Code extends string, Entry>(register: Readonly<Record<Code, Entry>>): (Entry & { code: Code })[] {
  return (Object.keys(register) as Code[]).map((code) => ({ code, ...register[code] }));
}
