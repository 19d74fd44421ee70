import { requirePart } from '../api/client.ts';
import { useSession } from '../app/session-context.ts';
import {
  AddChangeCommentDocument,
  AddChangeInternalNoteDocument,
  ChangeCommentsDocument,
  ChangeDocument,
  ChangeHistoryDocument,
  ChangeNotesDocument,
  type ChangeFactsFragment,
} from '../generated/api.ts';
import type { RecordNoun } from '../record/noun.ts';
import { useText } from '../text/text.ts';

/** The change as its page shows it. */
export type Facts = ChangeFactsFragment;

/** Changes, for the parts of their pages. */
export const CHANGE: RecordNoun<Facts> = {
  name: 'change',
  list: { to: '/changes', search: true },
  address: (number) => ({ to: '/changes/$id', params: { id: number }, search: true }),
  label: 'change.label',
  find: async (api, id) => (await api.request(ChangeDocument, { id })).change,
  async history(api, id, before) {
    const { change } = await api.request(ChangeHistoryDocument, { id, before });
    return change && requirePart(change.history);
  },
  useFieldWord,
  comments: {
    async read(api, id, last) {
      const { change } = await api.request(ChangeCommentsDocument, { id, last });
      return change && requirePart(change.comments);
    },
    write: (write, input) => write(AddChangeCommentDocument, input),
    readers: ({ publishedAt }) => (publishedAt ? 'change.readers.published' : 'change.readers.own'),
  },
  notes: {
    async read(api, id, last) {
      const { change } = await api.request(ChangeNotesDocument, { id, last });
      return change && requirePart(change.internalNotes);
    },
    write: (write, input) => write(AddChangeInternalNoteDocument, input),
  },
};

/** The words for codes in changes, by the name of the changed field. */
const FIELD_WORDS: Readonly<Record<string, string>> = {
  state: 'change.state',
  type: 'change.type',
  environment: 'environment',
  risk: 'change.risk',
  riskAnswer: 'change.risk',
  result: 'change.result',
};

function useFieldWord(): (field: string, value: string) => string {
  const text = useText();
  const { format } = useSession();
  return (field, value) => {
    const group = FIELD_WORDS[field];
    if (group) return text.word(group, value);
    return /^\d{4}-\d\d-\d\dT.*Z$/.test(value) ? format.instant(value) : value;
  };
}
