import { requirePart } from '../api/client.ts';
import { KnownErrorDocument, KnownErrorHistoryDocument, type KnownErrorFactsFragment } from '../generated/api.ts';
import type { RecordNoun } from '../record/noun.ts';
import { useText } from '../text/text.ts';

/** The known error as its page shows it. */
export type Facts = KnownErrorFactsFragment;

/** Known errors, for the parts of their pages. Nobody writes about them. */
export const KNOWN_ERROR: RecordNoun<Facts> = {
  name: 'knownError',
  list: { to: '/known-errors', search: true },
  address: (number) => ({ to: '/known-errors/$id', params: { id: number }, search: true }),
  label: 'knownError.label',
  find: async (api, id) => (await api.request(KnownErrorDocument, { id })).knownError,
  async history(api, id, before) {
    const { knownError } = await api.request(KnownErrorHistoryDocument, { id, before });
    return knownError && requirePart(knownError.history);
  },
  useFieldWord,
};

/** The words for codes in known errors, by the name of the changed field. */
const FIELD_WORDS: Readonly<Record<string, string>> = {
  state: 'knownError.state',
  audience: 'knownError.audience',
};

function useFieldWord(): (field: string, value: string) => string {
  const text = useText();
  return (field, value) => {
    const group = FIELD_WORDS[field];
    return group ? text.word(group, value) : value;
  };
}
