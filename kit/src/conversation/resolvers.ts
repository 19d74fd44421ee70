import type { Actor } from '../api/actor.ts';
import type { InternalNote } from './message.ts';

/** The resolvers that all messages share; the field that names the subject is the noun's own. */
export const messageResolvers = {
  id: ({ _id }: InternalNote): string => _id,
  author: ({ author }: InternalNote): Actor => author,
};
